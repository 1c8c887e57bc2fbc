"""Record that the exchange is up, and compensate for downtime after a restart."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from ...ports.clock import Clock
from ...ports.signs_of_life import SignsOfLife
from ...ports.transaction import Transaction

_log = logging.getLogger(__name__)

_NOTE_EVERY = timedelta(seconds=30)
_DOWN_FROM = timedelta(minutes=1)
"""If the latest note is older than this, the time since then counts as downtime."""


class MakeUp(Protocol):
    """Compensates for downtime."""

    async def __call__(self, since: datetime, until: datetime) -> None:
        """Compensate for the downtime from `since` to `until`, in the caller's transaction."""
        ...


class Uptime:
    """Notes in the store that the exchange is up, and compensates for downtime.

    Each process has one. Its first call checks the age of the latest note, from any process. The
    note and the compensation are one transaction, so two processes never compensate for the same
    downtime. Notes are in real time, so a jump of a simulated clock is no downtime.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        signs_of_life: SignsOfLife,
        make_up: MakeUp,
        clock: Clock,
        real_clock: Clock,
    ) -> None:
        """Create it. `clock` is what deadlines follow; it may be moved apart from `real_clock`."""
        self._transaction = transaction
        self._signs_of_life = signs_of_life
        self._make_up = make_up
        self._clock = clock
        self._real_clock = real_clock
        self._noted_at: datetime | None = None

    async def __call__(self) -> None:
        """Note that the exchange is up, unless it was noted in the last 30 seconds."""
        now = self._real_clock.now()
        if self._noted_at is not None and now - self._noted_at < _NOTE_EVERY:
            return
        async with self._transaction():
            if self._noted_at is None:
                await self._check_downtime(now)
            await self._signs_of_life.note(now)
        self._noted_at = now

    def resume(self) -> None:
        """Let the next call check for downtime if the latest note of this process is too old."""
        if self._noted_at is not None and self._real_clock.now() - self._noted_at > _DOWN_FROM:
            self._noted_at = None

    async def _check_downtime(self, now: datetime) -> None:
        noted_at = await self._signs_of_life.latest()
        if noted_at is not None and now - noted_at > _DOWN_FROM:
            until = self._clock.now()
            since = until - (now - noted_at)
            span = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (since, until))
            _log.warning("the exchange was down from %s to %s", *span)
            await self._make_up(since, until)
