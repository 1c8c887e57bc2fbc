"""The carrier had a pair that does not arrive."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, parse_reason
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.steps import CarrierReceiptNoted
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .progress import Progress
from .staff_acts import StaffActs


@dataclass(frozen=True, slots=True)
class NoteCarrierReceipt:
    """An admin notes that the carrier had the pair, so that its seller is not at fault.

    Before the order is cancelled since the pair never arrived, it keeps the seller from owing the
    penalty. After it, the penalty is reversed. The reason goes into the audit log.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, Outdated, and IllegalMove, also
        where it was noted before.
        """
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "note a carrier's receipt")
            order = await self.progress(order, CarrierReceiptNoted(actor.user_id, why))
            await self.staff.note(actor, order, AuditAction.CARRIER_RECEIPT_NOTED, why)
        return order
