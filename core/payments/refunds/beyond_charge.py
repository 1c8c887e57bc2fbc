"""Books refunds of what a bank had taken back already."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.disputes import Disputes
from ....ports.language.disputes import DisputeStatus
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.payments import Ledger
from ..transfers import refund_beyond, refund_beyond_failed, refund_beyond_id, to_world


@dataclass(frozen=True, slots=True)
class BeyondCharge:
    """Books what was refunded beyond what is left of a charge, as a loss of the exchange.

    A bank takes the whole charge in a dispute, also if a part of it was refunded. Then more has
    left than came in. If the refund is reported first, the dispute is the exchange's loss by so
    much (`BearLoss`), and if the dispute is first, the refund. Beyond that nothing is booked. It
    needs a transaction in which the order is locked.
    """

    disputes: Disputes
    ledger: Ledger
    clock: Clock

    async def book(self, order_id: OrderId, name: str, amount: Cents) -> Cents:
        """Book up to the amount of a refund by the provider's name, and return how much."""
        stored = await self.disputes.of_order(order_id)
        taken = sum(each.borne for each in stored if each.status is DisputeStatus.LOST)
        booked = min(amount, max(0, taken))
        if booked <= 0:
            return 0
        await self.ledger.append(refund_beyond(order_id, name, booked, self.clock.now()))
        return booked

    async def booked(self, order_id: OrderId, name: str) -> Cents:
        """Return how much of a refund is booked as a loss."""
        made = await self.ledger.find(refund_beyond_id(order_id, name))
        return 0 if made is None else to_world(made)

    async def take_back(self, order_id: OrderId, name: str) -> Cents:
        """Book that a refund failed. Return how much of it was a loss, or 0 if that is known."""
        amount = await self.booked(order_id, name)
        if amount == 0:
            return 0
        back = refund_beyond_failed(order_id, name, amount, self.clock.now())
        return amount if await self.ledger.post(back) else 0
