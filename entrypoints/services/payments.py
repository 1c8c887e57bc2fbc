"""PaymentService: the money of an order, as the saga moves it."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from ...core.operations.find_order import OrderRecord
from ...ports.language.ids import OrderId
from ...ports.language.orders import PaymentStatus
from ...ports.language.payments import Payment
from ...ports.language.users import OPERATOR
from ..http.hidden import Hidden
from ..http.routes.payouts import PayoutView, payout_view
from ..http.routes.webhooks import Received
from .rpc import Context, Who, rpc
from .shapes import OfOrder


class PaymentView(msgspec.Struct, frozen=True):
    """The buyer's payment for one order, in minor units. `reason` is why it was declined."""

    order_id: UUID
    status: PaymentStatus
    amount: int
    refunded: int
    reason: str | None


class PaymentAnswer(msgspec.Struct, frozen=True):
    """The payment of an order. It is pending while the provider has not answered."""

    order_id: UUID
    payment: PaymentView | None


class PayoutAnswer(msgspec.Struct, frozen=True):
    """The payout of an order, or null if something stops it."""

    order_id: UUID
    payout: PayoutView | None


class Report(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """An event of the payment provider: the body as it was received, and its signature."""

    body: Annotated[bytes, Meta(max_length=1_048_576)]
    signature: Annotated[str, Meta(min_length=1, max_length=1_000)]


async def process_payment(context: Context, request: OfOrder) -> PaymentAnswer:
    """Charge the buyer of an order whose pair is reserved, unless that is done."""
    order_id, application = OrderId(request.order_id), context.application
    asked = await application.orders.requested_work.charge(order_id)
    await application.payments.charge_buyer(asked)
    return await _payment(context, order_id)


async def create_payout(context: Context, request: OfOrder) -> PayoutAnswer:
    """Pay the seller of an order whose hold is over, unless that is done."""
    order_id, application = OrderId(request.order_id), context.application
    asked = await application.orders.requested_work.payout(order_id)
    await application.payments.pay_seller(asked)
    payout = (await _record(context, order_id)).payout
    return PayoutAnswer(order_id, None if payout is None else payout_view(payout))


async def refund_payment(context: Context, request: OfOrder) -> PaymentAnswer:
    """Refund the buyer of an order that has ended or whose refund was granted, unless done."""
    order_id, application = OrderId(request.order_id), context.application
    asked = await application.orders.requested_work.refund(order_id)
    await application.payments.refund_buyer(asked)
    return await _payment(context, order_id)


async def handle_webhook(context: Context, request: Report) -> Received:
    """Store a signed event of the provider once. It is processed later."""
    await context.application.payments.receive_webhook(request.body, request.signature)
    return Received()


async def _payment(context: Context, order_id: OrderId) -> PaymentAnswer:
    payment = (await _record(context, order_id)).payment
    return PaymentAnswer(order_id, None if payment is None else _view(payment))


async def _record(context: Context, order_id: OrderId) -> OrderRecord:
    return await context.application.operations.find_order(OPERATOR, order_id)


def _view(payment: Payment) -> PaymentView:
    return PaymentView(
        order_id=payment.order_id,
        status=payment.status,
        amount=payment.amount,
        refunded=payment.refunded,
        reason=payment.reason,
    )


_NAME = "PaymentService"
RPCS = (
    rpc(_NAME, "ProcessPayment", process_payment, Who.SERVICE),
    rpc(_NAME, "CreatePayout", create_payout, Who.SERVICE),
    rpc(_NAME, "RefundPayment", refund_payment, Who.SERVICE),
    rpc(_NAME, "HandleWebhook", handle_webhook, Who.SERVICE),
)
