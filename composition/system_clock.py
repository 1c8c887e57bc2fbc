"""The system's clock: where it starts, and what is wrong with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ..adapters.system.clock import AdjustableClock, SystemClock, real_clock_of
from ..core.operations.view_health import Check, InTrouble
from ..ports.clock import Clock

if TYPE_CHECKING:
    from ..adapters.sql.engine.database import SqlDatabase


async def start_after_stored(clock: Clock, database: "SqlDatabase") -> None:
    """Let a clock show no instant before the last one that is stored. Raises Unavailable."""
    from ..adapters.sql.operations.stored_instants import SqlStoredInstants

    ahead = clock.ahead if isinstance(clock, AdjustableClock) else timedelta(0)
    latest = await SqlStoredInstants(database).latest(ahead)
    real = real_clock_of(clock)
    if latest is not None and isinstance(real, SystemClock):
        real.not_before(latest)


def excused_of(clock: Clock) -> Callable[[], timedelta]:
    """Return what tells how far a clock is ahead because it started at the last stored instant."""
    if not isinstance(clock, SystemClock):
        return timedelta
    return lambda: clock.excused


def check_of_clock(clock: Clock) -> Check | None:
    """Return the check of the system's clock, or None for one that code controls."""
    if not isinstance(clock, SystemClock):
        return None

    async def check() -> str:
        trouble = clock.trouble
        if trouble is not None:
            raise InTrouble(trouble)
        return "right"

    return check
