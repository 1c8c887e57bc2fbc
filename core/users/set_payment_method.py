"""Set your payment method."""

from dataclasses import dataclass, replace

from ...ports.language.users import Actor, User
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPaymentMethod:
    """A user sets the payment method that is charged for their bids, as the provider's token.

    A new payment method replaces the old one, for standing bids too.
    """

    transaction: Transaction
    users: Users

    async def __call__(self, actor: Actor, *, token: str) -> User:
        """Return the updated user. Raises InvalidText."""
        token = check_provider_token("token", token)
        async with self.transaction():
            user = replace(await self.users.get(actor.user_id), payment_method=token)
            await self.users.save(user)
        return user
