"""Schemas of orders."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ....core.orders.shown_orders import ShownFees, ShownOrder
from ....core.orders.shown_steps import ShownStep
from ....core.orders.view_order import OrderInDetail
from ....ports.language.complaints import Bearer, Complaint
from ....ports.language.market import Condition
from ....ports.language.notifications import Warehouse
from ....ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    Shipment,
    StockStatus,
)
from ....ports.language.payment_actions import PaymentAction
from ....ports.language.users import PostalAddress


class FeesView(msgspec.Struct, frozen=True):
    """Fees in minor units. The seller pays `transaction` and `processing`, the buyer `shipping`."""

    seller_level: int | None
    transaction: int | None
    processing: int | None
    shipping: int | None


class OrderView(msgspec.Struct, frozen=True):
    """An order. Money is in minor units. Fields that concern only the other party are null."""

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
    """Why the payout is frozen."""
    borne_by: Bearer | None
    """Who bears the refund. The buyer sees it only if the buyer bears it."""
    cancel_reason: CancelReason | None
    note: str | None


class OrderDetail(OrderView, frozen=True):
    """An order with its addresses and the end of the time to complain."""

    ship_to: PostalAddress | None
    """The shipping address, for the buyer and the warehouse.

    Null for the seller, and if the buyer had no address at the match and has none now.
    """
    warehouse: Warehouse | None
    """Where the seller ships the pair. Null for the buyer, unless a complaint requires a return."""
    complain_by: datetime | None
    """When the time to complain about a delivered pair ends. Null for the seller."""
    payment_action: PaymentAction | None
    """The page on which the buyer confirms the payment, and until when. Null for everybody else."""


class ReceiptView(msgspec.Struct, frozen=True):
    """The page with a receipt."""

    url: str | None


class OrderListing(msgspec.Struct, frozen=True):
    """A page of orders, newest first."""

    items: list[OrderView]
    next_cursor: UUID | None


class StepView(msgspec.Struct, frozen=True):
    """Step `number` of an order's history. The contents of `data` depend on `type`."""

    number: int
    type: str
    at: datetime
    data: dict[str, Any]


def order_view(shown: ShownOrder) -> OrderView:
    """Return an order as a response."""
    return OrderView(**_sent(shown))


def order_detail(detail: OrderInDetail) -> OrderDetail:
    """Return an order with its addresses as a response."""
    return OrderDetail(
        **_sent(detail.order),
        ship_to=detail.ship_to,
        warehouse=detail.warehouse,
        complain_by=detail.complain_by,
        payment_action=detail.payment_action,
    )


def _sent(shown: ShownOrder) -> dict[str, Any]:
    freezes = shown.payout_freezes
    return _fields(shown) | {
        "fees": FeesView(**_fields(shown.fees)),
        "payout_freezes": None if freezes is None else list(freezes),
    }


def _fields(shown: ShownOrder | ShownFees) -> dict[str, Any]:
    return {field.name: getattr(shown, field.name) for field in fields(shown)}


def step_view(shown: ShownStep) -> StepView:
    """Return a step of an order as a response."""
    data = {name: msgspec.to_builtins(value) for name, value in shown.data.items()}
    return StepView(number=shown.number, type=shown.type, at=shown.at, data=data)


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
"""A confirmed order, as its seller sees it."""
