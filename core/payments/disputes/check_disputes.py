"""Have open disputes looked at again."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.disputes import Disputes
from ....ports.language.disputes import LOOKED_AT_EVERY
from ....ports.language.events import DisputeCheckDue
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class CheckDisputes:
    """Has the provider asked about open disputes once a day, and before their evidence is due."""

    transaction: Transaction
    disputes: Disputes
    outbox: Outbox
    clock: Clock

    async def __call__(self) -> int:
        """Ask about some that are due, in the background, and return their number."""
        now = self.clock.now()
        due = await self.disputes.due(now, _AT_ONCE)
        for dispute in due:
            async with self.transaction():
                stored = await self.disputes.get(dispute.id)
                if stored.look_at is not None and stored.look_at <= now:
                    await self.disputes.save(replace(stored, look_at=now + LOOKED_AT_EVERY))
                    await self.outbox.add(DisputeCheckDue(stored.name))
        return len(due)
