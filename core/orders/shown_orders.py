"""The fields of an order that each viewer sees.

The buyer sees what the buyer pays, and the seller what the seller gets. The other party's amounts
are None. Authenticators and admins see everything.
"""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.complaints import Bearer, Complaint
from ...ports.language.ids import OrderId, ProductId, QuoteId, UserId
from ...ports.language.market import Condition, Size
from ...ports.language.money import Cents
from ...ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    Shipment,
    StockStatus,
)
from ...ports.language.users import Actor
from .viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFees:
    """Fees in minor units: the seller pays `transaction` and `processing`, the buyer `shipping`."""

    seller_level: int | None
    transaction: Cents | None
    processing: Cents | None
    shipping: Cents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """An order as its viewer sees it. Fields of the other party are None."""

    id: OrderId
    status: OrderStatus
    payment_status: PaymentStatus
    stock_status: StockStatus
    payout_status: PayoutStatus
    return_status: ReturnStatus
    product_id: ProductId
    size: Size
    condition: Condition
    price: Cents
    fees: ShownFees
    payout_amount: Cents | None
    buyer_total: Cents | None
    buyer_id: UserId
    seller_id: UserId
    bid_id: QuoteId
    ask_id: QuoteId
    matched_at: datetime
    updated_at: datetime
    ship_by: datetime | None
    inbound: Shipment | None
    outbound: Shipment | None
    delivered_at: datetime | None
    delivery_proof: DeliveryProof | None
    complaint: Complaint | None
    payout_freezes: tuple[FreezeReason, ...] | None
    """Why the seller is not paid yet."""
    borne_by: Bearer | None
    """Who bears the refund; shown to the buyer only if it is the buyer."""
    cancel_reason: CancelReason | None
    note: str | None


def show_order(order: Order, actor: Actor) -> ShownOrder:
    """Return the fields of the order that the actor may see."""
    viewer = Viewer.of(actor, order)
    fees = order.fees
    reason = order.cancel_reason
    return ShownOrder(
        id=order.id,
        status=order.status,
        payment_status=order.payment_status,
        stock_status=order.stock_status,
        payout_status=order.payout_status,
        return_status=order.return_status,
        product_id=order.book.product_id,
        size=order.book.size,
        condition=order.book.condition,
        price=order.price,
        fees=ShownFees(
            seller_level=fees.seller_level if viewer.sees_sale else None,
            transaction=fees.transaction if viewer.sees_sale else None,
            processing=fees.processing if viewer.sees_sale else None,
            shipping=fees.shipping if viewer.sees_purchase else None,
        ),
        payout_amount=order.payout_amount if viewer.sees_sale else None,
        buyer_total=order.buyer_total if viewer.sees_purchase else None,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        bid_id=order.bid_id,
        ask_id=order.ask_id,
        matched_at=order.matched_at,
        updated_at=order.updated_at,
        ship_by=order.ship_by,
        inbound=order.inbound,
        outbound=order.outbound,
        delivered_at=order.delivered_at,
        delivery_proof=order.delivery_proof,
        complaint=order.complaint,
        payout_freezes=tuple(sorted(order.freezes)) if viewer.sees_sale else None,
        borne_by=order.borne_by if viewer.sees_bearer(order.borne_by) else None,
        cancel_reason=order.cancel_reason,
        note=order.note if reason is None or viewer.sees_note(reason) else None,
    )
