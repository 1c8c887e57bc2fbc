"""List what an admin can do with an order now."""

from dataclasses import dataclass
from enum import StrEnum

from ...ports.language.audit import parse_reason
from ...ports.language.complaints import Bearer
from ...ports.language.ids import OrderId, UserId
from ...ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
)
from ...ports.language.staff import check_role
from ...ports.language.steps import (
    Cancelled,
    CarrierReceiptNoted,
    ComplaintDismissed,
    ComplaintUpheld,
    Delivered,
    OrderStep,
    PayoutFrozen,
    PayoutReleased,
    RefundGranted,
)
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .moves import is_legal


class StaffAct(StrEnum):
    """What an admin does with an order."""

    CANCEL = "cancel"
    REFUND = "refund"
    FREEZE_PAYOUT = "freeze_payout"
    RELEASE_PAYOUT = "release_payout"
    CONFIRM_DELIVERY = "confirm_delivery"
    NOTE_CARRIER_RECEIPT = "note_carrier_receipt"
    DECIDE_COMPLAINT = "decide_complaint"


@dataclass(frozen=True, slots=True)
class ListStaffActs:
    """Lists what an admin can do with an order now, by the rules of those use cases.

    What is about the money alone is not among it. An admin who is a party can do nothing of it.
    """

    orders: Orders

    async def __call__(self, actor: Actor, order_id: OrderId) -> frozenset[StaffAct]:
        """Return what the actor can do. Raises Forbidden, NotFound."""
        check_role(actor, Role.ADMIN, "list what admins can do")
        order = await self.orders.get(order_id)
        if actor.user_id in (order.buyer_id, order.seller_id):
            return frozenset()
        steps = _steps(order, actor.user_id)
        return frozenset(act for act, step in steps if is_legal(order, step))


_ENDED = (OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
_WHY = parse_reason("-")


def _steps(order: Order, who: UserId) -> list[tuple[StaffAct, OrderStep]]:
    """Return the acts, each with a step that it records."""
    by_admin = CancelReason.ADMIN_CANCELLED
    granted = RefundGranted(who, _WHY, Bearer.EXCHANGE)
    steps: list[tuple[StaffAct, OrderStep]] = [
        (StaffAct.CANCEL, Cancelled(by_admin, _WHY, who)),
        (StaffAct.REFUND, granted),
        (StaffAct.CONFIRM_DELIVERY, Delivered(DeliveryProof.ADMIN)),
        (StaffAct.NOTE_CARRIER_RECEIPT, CarrierReceiptNoted(who, _WHY)),
        (StaffAct.DECIDE_COMPLAINT, ComplaintDismissed(who, _WHY)),
        (StaffAct.DECIDE_COMPLAINT, ComplaintUpheld(who, _WHY, Bearer.EXCHANGE, True)),
    ]
    if order.status not in (OrderStatus.PENDING, *_ENDED):
        paid = Cancelled(by_admin, _WHY, who, borne_by=Bearer.EXCHANGE)
        steps.append((StaffAct.REFUND, paid))
    if FreezeReason.ADMIN not in order.freezes:
        freeze = PayoutFrozen(FreezeReason.ADMIN, _WHY, who)
        steps.append((StaffAct.FREEZE_PAYOUT, freeze))
    return steps + [
        (StaffAct.RELEASE_PAYOUT, PayoutReleased(reason, _WHY, who))
        for reason in order.freezes - {FreezeReason.COMPLAINT}
    ]
