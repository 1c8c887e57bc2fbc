"""OrderService: orders and their moves."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from ...core.orders.shown_orders import show_order
from ...ports.language.api_tokens import KeyScope
from ...ports.language.complaints import ComplaintKind
from ...ports.language.errors import InvalidText
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.users import OPERATOR
from ..http.routes.order_views import OrderDetail, OrderView, order_detail, order_view
from .rpc import Context, Key, Who, rpc
from .shapes import OfOrder

Text = Annotated[str, Meta(min_length=1, max_length=1_000)]


class OfMatch(msgspec.Struct, forbid_unknown_fields=True):
    """A match of the engine."""

    match_id: UUID


class Move(StrEnum):
    """A legal move of an order. No move sets a state: the order says which one follows."""

    SHIP = "ship"
    """The seller ships the pair to the warehouse: `carrier`, `tracking_number`."""
    EXTEND_SHIPMENT = "extend_shipment"
    """The seller takes more time to ship."""
    RECEIVE = "receive"
    """The warehouse scans in the pair."""
    DISPATCH = "dispatch"
    """The warehouse sends the pair on or back: `carrier`, `tracking_number`."""
    CONFIRM_DELIVERY = "confirm_delivery"
    """The buyer, or an admin, confirms the delivery."""
    COMPLAIN = "complain"
    """The buyer complains: `complaint`, `reason`."""


class MoveRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A move of an order, with the data that it needs and no other."""

    order_id: UUID
    move: Move
    carrier: Text | None = None
    tracking_number: Text | None = None
    complaint: ComplaintKind | None = None
    reason: Text | None = None


class Cancelling(msgspec.Struct, forbid_unknown_fields=True):
    """The order to cancel, and the reason, which both parties see."""

    order_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


_DATA: dict[Move, tuple[str, ...]] = {
    Move.SHIP: ("carrier", "tracking_number"),
    Move.DISPATCH: ("carrier", "tracking_number"),
    Move.COMPLAIN: ("complaint", "reason"),
}


async def create_order(context: Context, request: OfMatch) -> OrderView:
    """Return the order of a match, which the engine has opened with it.

    So a match has one order, however often this is called, and nobody orders without a match.
    """
    record = await context.application.operations.find_order(OPERATOR, OrderId(request.match_id))
    return order_view(show_order(record.order, OPERATOR))


async def get_order(context: Context, request: OfOrder) -> OrderDetail:
    """Return an order to its buyer, its seller, an authenticator or an admin."""
    order_id = OrderId(request.order_id)
    return order_detail(await context.application.orders.view_order(context.actor, order_id))


async def update_order_status(context: Context, request: MoveRequest) -> OrderView:
    """Make a legal move of an order, and return it in its new state."""
    order = await _moved(context, request)
    return order_view(show_order(order, context.actor))


async def cancel_order(context: Context, request: Cancelling) -> OrderView:
    """Cancel an order, as the seller before shipping or as an admin before delivery."""
    order = await context.application.orders.cancel_order(
        context.actor, OrderId(request.order_id), reason=request.reason
    )
    return order_view(show_order(order, context.actor))


async def _moved(context: Context, request: MoveRequest) -> Order:
    """Make the move. Raises InvalidText if its data is missing, or that of another is given."""
    orders, actor, order_id = context.application.orders, context.actor, OrderId(request.order_id)
    needed = _DATA.get(request.move, ())
    for name in ("carrier", "tracking_number", "complaint", "reason"):
        given = getattr(request, name) is not None
        if given != (name in needed):
            problem = f"does not belong to the move {request.move}" if given else "is missing"
            raise InvalidText(field=name, problem=problem)
    parcel = {
        "carrier": request.carrier or "",
        "tracking_number": request.tracking_number or "",
    }
    match request.move:
        case Move.SHIP:
            return await orders.ship_pair(actor, order_id, **parcel)
        case Move.DISPATCH:
            return await orders.dispatch_pair(actor, order_id, **parcel)
        case Move.EXTEND_SHIPMENT:
            return await orders.extend_shipment(actor, order_id)
        case Move.RECEIVE:
            return await orders.receive_pair(actor, order_id)
        case Move.CONFIRM_DELIVERY:
            return await orders.confirm_delivery(actor, order_id)
        case Move.COMPLAIN:
            assert request.complaint is not None
            return await orders.complain(
                actor, order_id, kind=request.complaint, reason=request.reason or ""
            )


_NAME = "OrderService"
RPCS = (
    rpc(_NAME, "CreateOrder", create_order, Who.SERVICE),
    rpc(_NAME, "GetOrder", get_order, Who.USER, key_scope=KeyScope.READ),
    rpc(
        _NAME,
        "UpdateOrderStatus",
        update_order_status,
        Who.USER,
        key=Key.ANSWER,
        key_scope=KeyScope.TRADE,
    ),
    rpc(_NAME, "CancelOrder", cancel_order, Who.USER, key=Key.ANSWER, key_scope=KeyScope.TRADE),
)
