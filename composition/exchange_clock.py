"""The clock that all processes of an exchange share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..adapters.system.clock import AdjustableClock
from ..adapters.system.stopwatch import SystemStopwatch
from ..config.settings import Settings
from ..core.operations.follow_clock import FollowClock
from ..core.operations.move_clock import MoveClock
from ..core.operations.start_clock import StartClock
from ..core.operations.view_clock import ViewClock
from ..ports.clock import MovableClock
from ..ports.language.exchange_clock import ClockRefused
from .application import Application
from .keepers import holder_of

if TYPE_CHECKING:
    from ..adapters.sql.engine.database import SqlDatabase


def movable_clock(start: datetime) -> MovableClock:
    """Return a clock that starts at an aware instant and runs at normal speed."""
    return AdjustableClock(start)


async def agreed_clock(
    settings: Settings, database: "SqlDatabase", *, decides: bool
) -> MovableClock | None:
    """Return the clock that the processes on a database have agreed on, or None for real time.

    If they have not yet, they run on real time from now on if this process `decides`. Raises
    ClockRefused in production unless it is real time, and Unavailable.
    """
    from ..adapters.sql.operations.exchange_clock import SqlClockOffset

    offset = SqlClockOffset(database)
    ahead = await offset.agreed()
    if ahead is None and decides:
        async with database.transaction():
            ahead = await offset.agree(timedelta(0))
    if not ahead:
        return None
    if settings.mode == "production":
        raise ClockRefused(
            "the database is that of a demo, which has a clock of its own "
            "(`solebook admin clock`); production runs on real time and needs another database"
        )
    return AdjustableClock(ahead=ahead)


def start_clock_of(application: Application, settings: Settings) -> StartClock:
    """Return the use case that starts the exchange's clock where the application's is.

    Raises LookupError if that is no movable clock.
    """
    store = application.adapters.store
    return StartClock(
        transaction=store.transaction,
        offset=store.clock_offset,
        rules_in_force=store.rules_in_force,
        outbox=store.outbox,
        audit_log=store.audit_log,
        clock=_movable(application),
        is_production=settings.mode == "production",
    )


def move_clock_of(application: Application) -> MoveClock:
    """Return the use case that moves the exchange's clock.

    Raises ClockRefused if the exchange runs on real time.
    """
    adapters, store = application.adapters, application.adapters.store
    if not has_own_clock(application):
        raise ClockRefused("the exchange runs on real time, which nobody can move")
    return MoveClock(
        transaction=store.transaction,
        offset=store.clock_offset,
        followers=store.clock_followers,
        wakeups=store.wakeups,
        audit_log=store.audit_log,
        clock=_movable(application),
        real_clock=adapters.real_clock,
        stopwatch=SystemStopwatch(),
    )


def view_clock_of(application: Application) -> ViewClock:
    """Return the query for the exchange's clock."""
    adapters, store = application.adapters, application.adapters.store
    return ViewClock(store.clock_offset, store.clock_followers, adapters.real_clock)


def has_own_clock(application: Application) -> bool:
    """Return whether the application's clock can be moved."""
    return isinstance(application.adapters.clock, AdjustableClock)


@asynccontextmanager
async def following_the_clock(application: Application) -> AsyncIterator[None]:
    """Follow the exchange's clock until the block is left, unless that is real time.

    Raises Unavailable if the store does not respond at the start.
    """
    if not has_own_clock(application):
        yield
        return
    adapters, store = application.adapters, application.adapters.store
    follow = FollowClock(
        offset=store.clock_offset,
        followers=store.clock_followers,
        wakeups=store.wakeups,
        clock=_movable(application),
        stopwatch=SystemStopwatch(),
        process=holder_of(adapters.ids),
    )
    await follow.begin()
    following = asyncio.create_task(follow.run(), name="the exchange's clock")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await follow.end()


def _movable(application: Application) -> MovableClock:
    clock = application.adapters.clock
    if not isinstance(clock, AdjustableClock):
        raise LookupError("this process has the system's clock")
    return clock
