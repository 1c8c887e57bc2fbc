"""Meet deadlines of orders."""

from collections.abc import Callable
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import DeadlineReached
from ...ports.language.traces import Trace, parsed_trace
from ...ports.language.tracing import begin
from ...ports.outbox import Deadlines, Outbox
from ...ports.transaction import Transaction

_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class MeetDeadlines:
    """Turns deadlines that have passed into messages, longest overdue first.

    Each is read and deleted in one transaction, so several processes meet it once.
    """

    transaction: Transaction
    deadlines: Deadlines
    outbox: Outbox
    clock: Clock
    new_trace: Callable[[], Trace]
    """Returns a place in a new trace."""

    async def __call__(self) -> int:
        """Meet a bounded number of deadlines, and return how many, so 0 when none is left."""
        if not await self.deadlines.due(self.clock.now(), 1):
            return 0  # most of the time nothing is due, and nothing needs to be locked
        async with self.transaction():
            due = await self.deadlines.due(self.clock.now(), _AT_ONCE)
            for deadline in due:
                await self.deadlines.clear(deadline.order_id, [deadline.kind])
                # What set it may be days ago: another trace, which is linked.
                cause = parsed_trace(deadline.trace)
                with begin(f"deadline {deadline.kind}", self.new_trace(), after=cause):
                    await self.outbox.add(DeadlineReached(deadline.order_id, deadline.kind))
        return len(due)
