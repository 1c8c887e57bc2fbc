"""Choose which of your cards is charged."""

from dataclasses import dataclass, replace

from ...ports.language.errors import NotFound
from ...ports.language.ids import PaymentMethodId
from ...ports.language.users import Actor, User
from ...ports.payment_methods import PaymentMethods
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user


@dataclass(frozen=True, slots=True)
class ChoosePaymentMethod:
    """A user makes one of their cards the default, which is charged for bids that match later."""

    transaction: Transaction
    users: Users
    payment_methods: PaymentMethods

    async def __call__(self, actor: Actor, method_id: PaymentMethodId) -> User:
        """Return the updated user. Raises NotFound, AccountClosed."""
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            for card in await self.payment_methods.of(user.id):
                if card.id == method_id:
                    user = replace(user, payment_method=card.token)
                    await self.users.save(user)
                    return user
        raise NotFound(what="payment method", id=method_id)
