"""Begin the setup of a card."""

from dataclasses import dataclass

from ...ports.card_vault import CardVault
from ...ports.ids import Ids
from ...ports.language.cards import CardHolder, NewCardSetup
from ...ports.language.errors import TooManyPaymentMethods
from ...ports.language.users import Actor
from ...ports.payment_methods import PaymentMethods
from ...ports.users import Users, open_user
from .keep_card import MAX_CARDS


@dataclass(frozen=True, slots=True)
class BeginCardSetup:
    """A user begins to add a card. Its number goes from their browser to the provider alone."""

    users: Users
    payment_methods: PaymentMethods
    card_vault: CardVault
    ids: Ids

    async def __call__(self, actor: Actor) -> NewCardSetup:
        """Return the setup that waits for the card.

        Raises TooManyPaymentMethods, AccountClosed, Unavailable, and InvalidText if the provider
        does not accept the user's email.
        """
        user = await open_user(self.users, actor.user_id)
        if len(await self.payment_methods.of(user.id)) >= MAX_CARDS:
            raise TooManyPaymentMethods(limit=MAX_CARDS)
        holder = CardHolder(user.id, user.email)
        return await self.card_vault.begin(key=f"{self.ids.new()}:card_setup", holder=holder)
