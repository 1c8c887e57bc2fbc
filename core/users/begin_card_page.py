"""Begin the setup of a card on a page of the payment provider."""

from dataclasses import dataclass

from ...ports.card_vault import CardVault
from ...ports.ids import Ids
from ...ports.language.cards import CardHolder, CardPage
from ...ports.language.errors import TooManyPaymentMethods
from ...ports.language.users import Actor
from ...ports.payment_methods import PaymentMethods
from ...ports.users import Users, open_user
from .keep_card import MAX_CARDS


@dataclass(frozen=True, slots=True)
class BeginCardPage:
    """A user begins to add a card in a browser that runs no script of the provider."""

    users: Users
    payment_methods: PaymentMethods
    card_vault: CardVault
    ids: Ids

    async def __call__(self, actor: Actor, *, back_to: str) -> CardPage:
        """Return the provider's page. ViewCardSetup tells what became of it, by its id.

        The browser comes back to `back_to`, with the id as `setup` in the query if there is a card.
        Raises TooManyPaymentMethods, AccountClosed, Unavailable, and InvalidText if the provider
        does not accept the user's email.
        """
        user = await open_user(self.users, actor.user_id)
        if len(await self.payment_methods.of(user.id)) >= MAX_CARDS:
            raise TooManyPaymentMethods(limit=MAX_CARDS)
        return await self.card_vault.begin_on_page(
            key=f"{self.ids.new()}:card_page",
            holder=CardHolder(user.id, user.email),
            back_to=back_to,
        )
