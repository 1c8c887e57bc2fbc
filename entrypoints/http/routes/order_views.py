"""Orders as each party sees them.

The buyer sees what the buyer pays and the seller what the seller gets; neither sees the other's
side of the bill, which is null for them. Authenticators and admins see all of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from ....ports.language.complaints import Bearer, Complaint
from ....ports.language.market import Condition
from ....ports.language.notifications import Warehouse
from ....ports.language.order_history import (
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Delivered,
    Dispatched,
    Failed,
    NotCharged,
    Opened,
    OrderEvent,
    Paid,
    PaidOut,
    PairArrived,
    Passed,
    PayoutFrozen,
    PayoutRefused,
    PayoutReleased,
    PayoutReopened,
    Received,
    RecordedEvent,
    Refunded,
    RefundedUnasked,
    RefundGranted,
    ReturnSent,
    ShipByExtended,
    Shipped,
    ShortfallBorne,
    UnitReserved,
)
from ....ports.language.orders import (
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
from ....ports.language.rules import MarketRules
from ....ports.language.users import Actor, PostalAddress


class Viewer(Enum):
    """Who looks at an order."""

    BUYER = "buyer"
    SELLER = "seller"
    STAFF = "staff"

    @classmethod
    def of(cls, actor: Actor, order: Order) -> "Viewer":
        """Return as whom the actor, who may see the order, looks at it."""
        if actor.user_id == order.buyer_id:
            return cls.BUYER
        return cls.SELLER if actor.user_id == order.seller_id else cls.STAFF

    @property
    def sees_purchase(self) -> bool:
        """Whether what the buyer pays is shown."""
        return self is not Viewer.SELLER

    @property
    def sees_sale(self) -> bool:
        """Whether what the seller gets is shown."""
        return self is not Viewer.BUYER

    def sees_bearer(self, of: Bearer | None) -> bool:
        """Whether it is shown who bears the refund: what the seller owes is the seller's matter."""
        return self.sees_sale or of is Bearer.BUYER

    def sees_note(self, of: CancelReason) -> bool:
        """Whether what was noted with the reason of a cancellation is shown."""
        return self.sees_purchase or not of.noted_for_buyer


class FeesView(msgspec.Struct, frozen=True):
    """In cents: the seller pays `transaction` and `processing`, the buyer `shipping`."""

    seller_level: int | None
    transaction: int | None
    processing: int | None
    shipping: int | None


class OrderView(msgspec.Struct, frozen=True):
    """A trade on its way. Money is in cents; what is the other party's business is null."""

    id: UUID
    status: OrderStatus
    payment_status: PaymentStatus
    stock_status: StockStatus
    payout_status: PayoutStatus
    return_status: ReturnStatus
    product_id: UUID
    size: str
    condition: Condition
    price: int
    fees: FeesView
    payout_amount: int | None
    buyer_total: int | None
    buyer_id: UUID
    seller_id: UUID
    bid_id: UUID
    ask_id: UUID
    matched_at: datetime
    updated_at: datetime
    ship_by: datetime | None
    inbound: Shipment | None
    outbound: Shipment | None
    delivered_at: datetime | None
    delivery_proof: DeliveryProof | None
    complaint: Complaint | None
    payout_freezes: list[FreezeReason] | None
    """Why the seller is not paid yet."""
    borne_by: Bearer | None
    """Who bears the refund; shown to the buyer only if it is the buyer."""
    cancel_reason: CancelReason | None
    note: str | None


class OrderDetail(OrderView, frozen=True):
    """A trade on its way, and where it goes."""

    ship_to: PostalAddress | None
    """Where the pair goes in the end, for the buyer and the warehouse.

    Null for the seller, and if the buyer had no address at the match and has none now.
    """
    warehouse: Warehouse | None
    """Where the seller ships the pair; null for the buyer, unless a complaint sends it back."""
    complain_by: datetime | None
    """Until when the buyer of a delivered pair can complain; null for the seller."""


class OrderListing(msgspec.Struct, frozen=True):
    """A page of orders, newest first."""

    items: list[OrderView]
    next_cursor: UUID | None


class OrderEventView(msgspec.Struct, frozen=True):
    """Event `number` in an order's history. What `data` holds depends on `type`."""

    number: int
    type: str
    at: datetime
    data: dict[str, Any]


def order_view(order: Order, actor: Actor) -> OrderView:
    """Return an order as it is sent to the actor."""
    viewer = Viewer.of(actor, order)
    fees = order.fees
    reason = order.cancel_reason
    return OrderView(
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
        fees=FeesView(
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
        payout_freezes=sorted(order.freezes) if viewer.sees_sale else None,
        borne_by=order.borne_by if viewer.sees_bearer(order.borne_by) else None,
        cancel_reason=order.cancel_reason,
        note=order.note if reason is None or viewer.sees_note(reason) else None,
    )


def order_detail(
    order: Order,
    actor: Actor,
    ship_to: PostalAddress | None,
    warehouse: Warehouse,
    rules: MarketRules,
) -> OrderDetail:
    """Return an order as it is sent to the actor, with where its pair goes from each party."""
    viewer = Viewer.of(actor, order)
    return OrderDetail(
        **msgspec.structs.asdict(order_view(order, actor)),
        ship_to=ship_to if viewer.sees_purchase else None,
        warehouse=warehouse if viewer.sees_sale or order.awaits_return else None,
        complain_by=_complain_by(order, rules) if viewer.sees_purchase else None,
    )


def _complain_by(order: Order, rules: MarketRules) -> datetime | None:
    delivered_at = order.delivered_at
    return None if delivered_at is None else delivered_at + rules.complaint_window


_ALL = frozenset(Viewer)
_PURCHASE = frozenset(viewer for viewer in Viewer if viewer.sees_purchase)
_SALE = frozenset(viewer for viewer in Viewer if viewer.sees_sale)
_STAFF = frozenset({Viewer.STAFF})

SHOWN: Mapping[type[OrderEvent], Mapping[str, frozenset[Viewer]]] = {
    Opened: {},
    UnitReserved: {},
    Paid: {"amount": _PURCHASE, "ship_by": _ALL},
    ShipByExtended: {"ship_by": _ALL},
    Shipped: {"shipment": _ALL},
    Received: {"by": _STAFF},
    Passed: {"by": _STAFF},
    Failed: {"by": _STAFF, "reason": _ALL},
    Dispatched: {"shipment": _ALL},
    ReturnSent: {"shipment": _ALL},
    Delivered: {"proof": _ALL},
    Cancelled: {
        "reason": _ALL,
        "note": _ALL,
        "by": _STAFF,
        "charge_known": _PURCHASE,
        "borne_by": _SALE,
    },
    NotCharged: {},
    Refunded: {"amount": _PURCHASE},
    PaidOut: {"amount": _SALE, "debt_settled": _SALE},
    RefundedUnasked: {"amount": _PURCHASE},
    ShortfallBorne: {"amount": _STAFF, "borne_by": _STAFF},
    PayoutRefused: {"reason": _SALE},
    PayoutReopened: {"amount": _SALE, "reason": _SALE},
    Complained: {"kind": _ALL, "reason": _ALL},
    ComplaintDismissed: {"note": _ALL, "by": _STAFF},
    ComplaintUpheld: {
        "note": _ALL,
        "borne_by": _SALE,
        "return_waived": _ALL,
        "by": _STAFF,
    },
    PairArrived: {"by": _STAFF},
    RefundGranted: {"note": _ALL, "borne_by": _SALE, "by": _STAFF},
    PayoutFrozen: {"reason": _SALE, "note": _STAFF, "by": _STAFF},
    PayoutReleased: {"reason": _SALE, "note": _STAFF, "by": _STAFF},
    CarrierReceiptNoted: {"note": _STAFF, "by": _STAFF},
}
"""Which fields of each event are shown, and to whom. What its match settled is on the order."""


def order_event_view(recorded: RecordedEvent, viewer: Viewer) -> OrderEventView:
    """Return an event of an order's history as it is sent to the viewer."""
    event = recorded.event
    if isinstance(event, Cancelled) and not viewer.sees_note(event.reason):
        event = replace(event, note=None)
    return OrderEventView(
        number=recorded.number,
        type=event.TYPE,
        at=recorded.at,
        data={
            field: msgspec.to_builtins(getattr(event, field))
            for field, viewers in SHOWN[type(event)].items()
            if viewer in viewers
        },
    )


EXAMPLE = {
    "id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "status": "confirmed",
    "payment_status": "captured",
    "stock_status": "reserved",
    "payout_status": "none",
    "return_status": "none",
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "size": "10.5",
    "condition": "new",
    "price": 20_000,
    "fees": {"seller_level": 1, "transaction": 1_800, "processing": 600, "shipping": None},
    "payout_amount": 17_600,
    "buyer_total": None,
    "buyer_id": "01890a5d-0000-7000-8000-000000000001",
    "seller_id": "01890a5d-0000-7000-8000-000000000002",
    "bid_id": "01890a5e-0c11-7b1c-9c1e-3f5f1f7f3c11",
    "ask_id": "01890a5e-0b00-7b1c-9c1e-3f5f1f7f3c12",
    "matched_at": "2026-03-02T12:00:00Z",
    "updated_at": "2026-03-02T12:00:01Z",
    "ship_by": "2026-03-04T12:00:01Z",
    "inbound": None,
    "outbound": None,
    "delivered_at": None,
    "delivery_proof": None,
    "complaint": None,
    "payout_freezes": [],
    "borne_by": None,
    "cancel_reason": None,
    "note": None,
}
"""What a seller sees of a confirmed order."""
