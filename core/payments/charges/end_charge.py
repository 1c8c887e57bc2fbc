"""End the charge of an order that has ended."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.errors import Unavailable
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import Charge, Payment, PendingCharge
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payments
from ..patience import PROVIDER, Patience
from .escrow import Escrow


@dataclass(frozen=True, slots=True)
class EndCharge:
    """Cancels what could still be paid for an order that has ended, and records what is true then.

    A buyer who was faster was charged, and is refunded. A charge that is pending cannot be
    cancelled. It is refunded when the provider reports its success.
    """

    payments: Payments
    provider: PaymentProvider
    escrow: Escrow
    clock: Clock
    patience: Patience

    async def __call__(self, payment: Payment, charge_id: str | None = None) -> Payment:
        """Return the payment afterwards. Raises Unavailable, after which retry.

        `charge_id` is the charge that needs the buyer, if the payment does not know it.
        """
        order_id = payment.order_id
        found = await self.patience.wait_for(
            self.provider.cancel_charge(order_id, charge_id or payment.action_charge_id)
        )
        if isinstance(found, Charge):
            await self.escrow.capture(order_id, found)
        elif found is None and self.patience.is_under_way(payment, self.clock.now()):
            raise Unavailable(what=PROVIDER)
        elif payment.status is PaymentStatus.UNKNOWN and not isinstance(found, PendingCharge):
            await self.escrow.clear(payment)
        stored = await self.payments.find(order_id)
        assert stored is not None, order_id
        return stored
