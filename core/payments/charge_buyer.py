"""The buyer is charged into escrow."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.errors import PaymentDeclined
from ...ports.language.events import PaymentRequested
from ...ports.language.orders import PaymentStatus
from ...ports.language.payments import Payment
from ...ports.payment_gateway import PaymentGateway
from ...ports.payments import Payments
from ...ports.transaction import Transaction
from ...ports.users import PaymentAccounts
from .escrow import Escrow


@dataclass(frozen=True, slots=True)
class ChargeBuyer:
    """The buyer pays price and shipping at the match, and the money waits in escrow.

    The payment is written down before the provider is asked, and the question carries a key made of
    the order: a crash at any instant, and every retry after it, charges once. An order that
    ended meanwhile is not charged any more; a charge that succeeded all the same is recorded, and
    goes back.
    """

    transaction: Transaction
    payments: Payments
    payment_accounts: PaymentAccounts
    gateway: PaymentGateway
    escrow: Escrow
    clock: Clock

    async def __call__(self, request: PaymentRequested) -> None:
        """Charge, or find that it was done. Raises Unavailable: try again."""
        payment = await self._begin(request)
        if payment.status is PaymentStatus.ABANDONED and payment.charge_id is None:
            charge = await self.gateway.find_charge(request.order_id)
            if charge is not None:
                await self.escrow.capture(request.order_id, charge)
        elif payment.status is PaymentStatus.PENDING:
            await self._charge(payment)

    async def _begin(self, request: PaymentRequested) -> Payment:
        async with self.transaction():
            payment = await self.payments.find(request.order_id)
            if payment is None:  # an order from before payments opened with theirs
                payment = Payment(
                    order_id=request.order_id,
                    buyer_id=request.buyer_id,
                    amount=request.amount,
                    status=PaymentStatus.PENDING,
                    created_at=self.clock.now(),
                    payment_method=await self.payment_accounts.payment_method(request.buyer_id),
                )
                await self.payments.put(payment)
            return payment

    async def _charge(self, payment: Payment) -> None:
        if payment.payment_method is None:
            await self.escrow.decline(payment.order_id, "no payment method on file")
            return
        try:
            charge = await self.gateway.charge(
                key=f"{payment.order_id}:charge",
                order_id=payment.order_id,
                payment_method=payment.payment_method,
                amount=payment.amount,
            )
        except PaymentDeclined as declined:
            await self.escrow.decline(payment.order_id, declined.reason)
        else:
            await self.escrow.capture(payment.order_id, charge)
