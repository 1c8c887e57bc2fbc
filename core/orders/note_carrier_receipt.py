"""Note that the carrier had a pair that did not arrive."""

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
    """An admin notes that the carrier had the pair, so the seller is not at fault.

    If the order is later cancelled because the pair never arrived, the seller owes no penalty. If
    it was cancelled already, the penalty is reversed. The reason goes into the audit log.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, Outdated, and IllegalMove, also
        if it was noted before.
        """
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "note a carrier's receipt")
            order = await self.progress(order, CarrierReceiptNoted(actor.user_id, why))
            await self.staff.note(actor, order, AuditAction.CARRIER_RECEIPT_NOTED, why)
        return order
