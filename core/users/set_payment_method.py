"""Set your payment method by the provider's token."""

from dataclasses import dataclass, replace

from ...ports.card_vault import CardVault
from ...ports.ids import Ids
from ...ports.language.cards import CardHolder
from ...ports.language.errors import TooManyPaymentMethods
from ...ports.language.users import Actor, User
from ...ports.payment_methods import PaymentMethods
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from .keep_card import MAX_CARDS, KeepCard
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPaymentMethod:
    """A user sets the card that is charged for their bids, as the provider's token.

    The provider verifies the card first, unless it is on file already. It is charged for bids that
    match from then on, also for bids that stand already.
    """

    transaction: Transaction
    users: Users
    payment_methods: PaymentMethods
    card_vault: CardVault
    keep_card: KeepCard
    ids: Ids

    async def __call__(self, actor: Actor, *, token: str) -> User:
        """Return the updated user.

        Raises InvalidText, CardRefused, TooManyPaymentMethods, AccountClosed, Unavailable.
        """
        token = check_provider_token("token", token)
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            cards = await self.payment_methods.of(user.id)
            if any(card.token == token for card in cards):
                user = replace(user, payment_method=token)
                await self.users.save(user)
                return user
        if len(cards) >= MAX_CARDS:
            raise TooManyPaymentMethods(limit=MAX_CARDS)
        holder = CardHolder(user.id, user.email)
        key = f"{self.ids.new()}:card"
        saved = await self.card_vault.save(key=key, holder=holder, token=token)
        return (await self.keep_card(user.id, saved, as_default=True)).user
