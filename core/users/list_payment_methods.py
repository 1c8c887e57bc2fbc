"""List your cards."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.cards import PaymentMethod
from ...ports.language.ids import PaymentMethodId
from ...ports.language.users import Actor
from ...ports.payment_methods import PaymentMethods
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class CardsOnFile:
    """A user's cards, oldest first, and which one is charged."""

    methods: Sequence[PaymentMethod]
    default: PaymentMethodId | None


@dataclass(frozen=True, slots=True)
class ListPaymentMethods:
    """A user lists their cards."""

    users: Users
    payment_methods: PaymentMethods

    async def __call__(self, actor: Actor) -> CardsOnFile:
        """Return all of the actor's cards."""
        methods = await self.payment_methods.of(actor.user_id)
        token = (await self.users.get(actor.user_id)).payment_method
        default = next((method.id for method in methods if method.token == token), None)
        return CardsOnFile(methods, default)
