"""Books payouts that came back to the provider, whole or in parts."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.money import Cents
from ....ports.language.payments import AccountKind, Transfer
from ....ports.payments import Ledger
from ..transfers import came_back, came_back_id


@dataclass(frozen=True, slots=True)
class ReturnedPayouts:
    """Books what came back of a payout, given the total so far.

    The total only grows, so reports may arrive again and in any order. It needs a transaction that
    has locked the order of the payout, or its account in suspense.
    """

    ledger: Ledger
    clock: Clock

    async def book(self, paid: Transfer, total: Cents) -> Transfer | None:
        """Book what is new and return its transfer, or None if all of it was booked before."""
        known, number = 0, 1
        while (part := await self.ledger.find(came_back_id(paid, number))) is not None:
            known -= moved(part)
            number += 1
        total = min(total, moved(paid))
        if total <= known:
            return None
        part = came_back(paid, number, known, total, self.clock.now())
        await self.ledger.post(part)
        return part


def moved(transfer: Transfer) -> Cents:
    """Return how much money a payout's transfer took from the provider, in minor units."""
    return sum(e.amount for e in transfer.entries if e.account.kind is AccountKind.WORLD)
