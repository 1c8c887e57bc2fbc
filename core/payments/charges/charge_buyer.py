"""Charge the buyer into escrow."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.errors import ChargeDeclined
from ....ports.language.events import PaymentRequested
from ....ports.language.orders import Order, OrderStatus, PaymentStatus
from ....ports.language.payments import (
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    Payment,
    PendingCharge,
)
from ....ports.language.records import replace
from ....ports.language.rules import MarketRules
from ....ports.orders import Orders
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payments
from ....ports.products import Products
from ....ports.transaction import Transaction
from ....ports.users import PaymentAccounts
from ..patience import Patience
from .charge_texts import description_of, statement_of
from .end_charge import EndCharge
from .escrow import Escrow


@dataclass(frozen=True, slots=True)
class ChargeBuyer:
    """Charges the buyer price and shipping at the match, into the order's escrow.

    The attempt is committed before the provider is asked. The same transaction checks that the
    order is still pending and not due to be given up. The idempotency key is derived from the
    order, so a crash or a retry cannot charge twice. If the provider takes the charge and reports
    its outcome later, the payment window begins. If it needs the buyer, they are told too. A charge
    that needs the buyer of an order that has ended meanwhile is cancelled.

    What the charge says about the pair is frozen with the first attempt, because a retry must say
    the same.
    """

    transaction: Transaction
    payments: Payments
    payment_accounts: PaymentAccounts
    orders: Orders
    products: Products
    provider: PaymentProvider
    escrow: Escrow
    end_charge: EndCharge
    clock: Clock
    rules: MarketRules
    patience: Patience

    async def __call__(self, request: PaymentRequested) -> None:
        """Charge the buyer if that is still needed. Raises Unavailable, after which retry."""
        payment = await self._begin(request)
        if payment is None:
            return
        if payment.payment_method is None:
            await self.escrow.refuse(payment.order_id, "no payment method on file")
            return
        await self._charge(payment, payment.payment_method)

    async def _begin(self, request: PaymentRequested) -> Payment | None:
        """Store an attempt and return its payment, or None if no attempt is needed."""
        async with self.transaction():
            order = await self.orders.get(request.order_id)
            payment = await self.payments.find(request.order_id)
            if payment is None:
                payment = await self.payments.open_or_lock(await self._new(request))
            if not self._is_wanted(payment, order):
                return None
            payment = replace(await self._described(payment, order), attempted_at=self.clock.now())
            await self.payments.save(payment)
            return payment

    async def _described(self, payment: Payment, order: Order) -> Payment:
        """Return the payment with what its charge says."""
        if payment.description is not None:
            return payment
        product = await self.products.get(order.book.product_id)
        return replace(
            payment,
            description=description_of(product, order.book.size),
            statement=statement_of(product),
        )

    def _is_wanted(self, payment: Payment, order: Order) -> bool:
        """Whether to ask the provider: it has not answered, and the order can still be paid."""
        return (
            payment.status is PaymentStatus.PENDING
            and payment.answered_at is None
            and order.status is OrderStatus.PENDING
            and self.clock.now() < payment.created_at + self.rules.give_up_after
        )

    async def _new(self, request: PaymentRequested) -> Payment:
        """Return the payment of an order from before payments were opened with their orders."""
        return Payment(
            order_id=request.order_id,
            buyer_id=request.buyer_id,
            amount=request.amount,
            status=PaymentStatus.PENDING,
            created_at=self.clock.now(),
            payment_method=await self.payment_accounts.payment_method(request.buyer_id),
        )

    async def _charge(self, payment: Payment, payment_method: str) -> None:
        question = self.provider.charge(
            key=f"{payment.order_id}:charge",
            order_id=payment.order_id,
            payment_method=payment_method,
            amount=payment.amount,
            description=payment.description or "",
            statement=payment.statement or "",
        )
        try:
            charge = await self.patience.wait_for_attempt(question, payment, self.clock.now())
        except ChargeDeclined as declined:
            await self.escrow.decline(payment.order_id, declined.reason)
            return
        match charge:
            case Charge():
                await self.escrow.capture(payment.order_id, charge)
            case PendingCharge():
                await self.escrow.wait(payment.order_id)
            case ChargeNeedsBuyer():
                if not await self.escrow.ask_buyer(payment.order_id, charge):
                    await self.end_charge(payment, charge.id)
            case CancelledCharge():
                pass  # whoever cancelled it decides about the payment
