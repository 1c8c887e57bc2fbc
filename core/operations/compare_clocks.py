"""Compare this process's clock with the store's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ...ports.clock import Clock
from ...ports.leases import Leases
from ...ports.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class CompareClocks:
    """Finds out whether the clock of this process differs too much from the store's.

    A process with a wrong clock would let deadlines pass too early or too late, and number later
    arrivals with earlier times.
    """

    leases: Leases
    clock: Clock
    stopwatch: Stopwatch
    excused: Callable[[], timedelta] = timedelta
    """Returns how far the clock may be ahead because it began at the last stored instant."""
    most: float = 1.0
    """The largest allowed difference in seconds."""

    async def __call__(self) -> str | None:
        """Return by how much the clock is wrong, or None if it is right. Raises Unavailable."""
        asked_at = self.clock.now() - self.excused()
        asked = self.stopwatch.elapsed()
        theirs = await self.leases.now()
        took = self.stopwatch.elapsed() - asked
        # The store looked at its clock at some instant between the question and the answer.
        behind = (theirs - asked_at).total_seconds() - took
        ahead = (asked_at - theirs).total_seconds()
        if max(ahead, behind) <= self.most:
            return None
        how = f"{ahead:.1f} s ahead of" if ahead > 0 else f"{behind:.1f} s behind"
        return f"the clock of this process is {how} the database's"
