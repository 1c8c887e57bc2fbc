"""Putting a payment method on file."""

from dataclasses import dataclass, replace

from ...ports.language.users import Actor, User
from ...ports.transaction import Transaction
from ...ports.users import Users
from .user_texts import check_provider_token


@dataclass(frozen=True, slots=True)
class SetPaymentMethod:
    """A user's bids are charged to one payment method: the payment provider's token of it.

    A new one replaces it, also for bids that stand already.
    """

    transaction: Transaction
    users: Users

    async def __call__(self, actor: Actor, *, token: str) -> User:
        """Return the user as changed. Raises InvalidText."""
        token = check_provider_token("token", token)
        async with self.transaction():
            user = replace(await self.users.get(actor.user_id), payment_method=token)
            await self.users.save(user)
        return user
