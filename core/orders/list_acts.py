"""List what somebody can do with an order now."""

from dataclasses import dataclass
from enum import StrEnum

from ...ports.clock import Clock
from ...ports.language.complaints import ComplaintKind
from ...ports.language.ids import OrderId
from ...ports.language.orders import CancelReason, DeliveryProof, Order, Shipment
from ...ports.language.rules import MarketRules
from ...ports.language.steps import (
    Cancelled,
    Complained,
    Delivered,
    OrderStep,
    PairArrived,
    Received,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
)
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .moves import complaint_kinds, is_legal
from .viewers import visible_order


class OrderAct(StrEnum):
    """What a party or the warehouse does with an order."""

    SHIP = "ship"
    EXTEND_SHIPMENT = "extend_shipment"
    CANCEL = "cancel"
    CONFIRM_DELIVERY = "confirm_delivery"
    COMPLAIN = "complain"
    RECEIVE = "receive"
    DISPATCH = "dispatch"


@dataclass(frozen=True, slots=True)
class PossibleActs:
    """What somebody can do, and of what a buyer can complain."""

    acts: frozenset[OrderAct]
    complaints: tuple[ComplaintKind, ...]


@dataclass(frozen=True, slots=True)
class ListActs:
    """Lists what an order's buyer, its seller or the warehouse can do with it now.

    It is what the use cases would accept, by the same rules. Another act may come first.
    """

    orders: Orders
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, order_id: OrderId) -> PossibleActs:
        """Return what the actor can do. Raises NotFound."""
        order = await visible_order(self.orders, actor, order_id)
        acts = frozenset(act for act, step in self._steps(order, actor) if is_legal(order, step))
        kinds = complaint_kinds(order) if OrderAct.COMPLAIN in acts else ()
        return PossibleActs(acts, kinds)

    def _steps(self, order: Order, actor: Actor) -> list[tuple[OrderAct, OrderStep]]:
        """Return the acts of the actor's part in the order, each with a step that it records."""
        who = actor.user_id
        if who == order.seller_id:
            longer = (order.ship_by or order.updated_at) + self.rules.shipment_extension
            return [
                (OrderAct.SHIP, SellerShipped(_PARCEL)),
                (OrderAct.EXTEND_SHIPMENT, ShipByExtended(longer)),
                (OrderAct.CANCEL, Cancelled(CancelReason.SELLER_CANCELLED, None, who)),
            ]
        if who == order.buyer_id:
            confirm = (OrderAct.CONFIRM_DELIVERY, Delivered(DeliveryProof.BUYER))
            kinds = complaint_kinds(order) if self._may_still_complain(order) else ()
            return [confirm, *((OrderAct.COMPLAIN, Complained(kind, "-")) for kind in kinds)]
        if actor.has(Role.AUTHENTICATOR):
            parcels = (Shipped(_PARCEL), Returned(_PARCEL))
            return [
                *((OrderAct.RECEIVE, step) for step in (Received(who), PairArrived(who))),
                *((OrderAct.DISPATCH, step) for step in parcels),
            ]
        return []

    def _may_still_complain(self, order: Order) -> bool:
        since = order.held_since
        return since is None or self.clock.now() < since + self.rules.complaint_window


_PARCEL = Shipment("-", "-")
