"""Until when the exchange is known to have been up, and what follows if it was down."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from ...ports.clock import Clock
from ...ports.signs_of_life import SignsOfLife
from ...ports.transaction import Transaction

_log = logging.getLogger(__name__)

_NOTE_EVERY = timedelta(seconds=30)
_DOWN_FROM = timedelta(minutes=1)
"""How old the latest note may be before the time since then counts as time down."""


class MakeUp(Protocol):
    """What makes up for the time in which the exchange was down."""

    async def __call__(self, since: datetime, until: datetime) -> None:
        """Make up for it, in the caller's transaction."""
        ...


class Uptime:
    """Notes in the store that the exchange is up, and makes up for the time in which it was down.

    There is one for each process. Its first call looks how old the latest note is, whoever left
    it. The note and what is made up for are one transaction, so no two processes do it for the
    same time.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        signs_of_life: SignsOfLife,
        make_up: MakeUp,
        clock: Clock,
    ) -> None:
        self._transaction = transaction
        self._signs_of_life = signs_of_life
        self._make_up = make_up
        self._clock = clock
        self._noted_at: datetime | None = None

    async def __call__(self) -> None:
        """Note that the exchange is up, unless that was noted just now."""
        now = self._clock.now()
        if self._noted_at is not None and now - self._noted_at < _NOTE_EVERY:
            return
        async with self._transaction():
            if self._noted_at is None:
                await self._look_back(now)
            await self._signs_of_life.note(now)
        self._noted_at = now

    def resume(self) -> None:
        """Have the next call look back, if the latest note is old: nothing could be noted since."""
        if self._noted_at is not None and self._clock.now() - self._noted_at > _DOWN_FROM:
            self._noted_at = None

    def skip(self) -> None:
        """Take the time since the last note for time up: whoever owns the clock moved it on."""
        if self._noted_at is not None:
            self._noted_at = self._clock.now()

    async def _look_back(self, now: datetime) -> None:
        since = await self._signs_of_life.latest()
        if since is not None and now - since > _DOWN_FROM:
            _log.warning("the exchange was down from %s to %s", since, now)
            await self._make_up(since, now)
