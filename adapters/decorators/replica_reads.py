"""Reads from a replica of the store, and from the store itself while the replica is of no use."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from ...ports.language.errors import Refusal, Unavailable
from ...ports.stopwatch import Stopwatch

_log = logging.getLogger(__name__)

R = TypeVar("R")
T = TypeVar("T")

_REST = 5.0
"""Seconds after which a replica that failed is tried again, by one read."""
_LOOK = 1.0
"""Seconds between two looks at how far behind the replica is."""


class ReplicaWatch:
    """Decides whether a replica is used: it must answer in time and be close behind the store."""

    def __init__(
        self,
        lag: Callable[[], Awaitable[float]],
        stopwatch: Stopwatch,
        *,
        timeout: float,
        max_lag: float,
        what: str = "the replica",
    ) -> None:
        """Watch a replica; `lag` returns how many seconds it is behind, or raises Unavailable.

        `timeout` is the longest wait for an answer in seconds, and `max_lag` the largest lag.
        `what` is its name in errors.
        """
        self._what = what
        self._lag = lag
        self._stopwatch = stopwatch
        self._timeout = timeout
        self._max_lag = max_lag
        self._is_known = False
        """Whether a read has ever succeeded."""
        self._why: str | None = None
        """Why it is not used, or None if it is."""
        self._next_try = 0.0
        self._next_look = 0.0

    @property
    def is_used(self) -> bool:
        """Whether the latest read from the replica succeeded."""
        return self._why is None

    async def read(
        self, from_replica: Callable[[], Awaitable[T]], from_store: Callable[[], Awaitable[T]]
    ) -> T:
        """Read from the replica, or from the store if the replica is slow, late or gone.

        A failed attempt takes no longer than the timeout. Errors of the store propagate.
        """
        now = self._stopwatch.elapsed()
        if not (self.is_used and self._is_known) and now < self._next_try:
            return await from_store()
        self._next_try = now + _REST  # others do not wait for this attempt
        try:
            async with asyncio.timeout(self._timeout):
                await self._look(now)
                answer = await from_replica()
        except TimeoutError:
            self._rest(f"it did not answer within {self._timeout:g} s")
        except Unavailable as error:
            self._rest(str(error.__cause__ or error))
        except Refusal:
            self._use()
            raise
        except asyncio.CancelledError:
            self._next_try = now  # nobody knows more than before
            raise
        except Exception as error:  # noqa: BLE001  # such as a table that has not arrived yet
            self._rest(str(error))
        else:
            self._use()
            return answer
        return await from_store()

    async def check(self) -> None:
        """Raise Unavailable if the replica is not used, for whoever asks about its health.

        It takes no longer than the timeout. A replica whose reads have failed is used again only
        after one of them has succeeded.
        """
        now = self._stopwatch.elapsed()
        if not self.is_used and now < self._next_try:
            raise Unavailable(what=self._what)
        try:
            async with asyncio.timeout(self._timeout):
                await self._look(now)
        except TimeoutError:
            self._rest(f"it did not answer within {self._timeout:g} s")
        except Unavailable as error:
            self._rest(str(error.__cause__ or error))
        else:
            return
        self._next_try = now + _REST
        raise Unavailable(what=self._what)

    async def _look(self, now: float) -> None:
        if now < self._next_look and self.is_used:
            return
        self._next_look = now + _LOOK
        lag = await self._lag()
        if lag > self._max_lag:
            raise Unavailable(what=self._what) from OSError(f"it is {lag:.1f} s behind")

    def _use(self) -> None:
        if not self.is_used:
            _log.info("%s is used again", self._what)
        self._why = None
        self._is_known = True

    def _rest(self, why: str) -> None:
        if self.is_used:
            _log.warning("%s is not used until it works again: %s", self._what, why)
        self._why = why


class ReplicaReads(Generic[R]):
    """Reads of a port: a replica's adapter, and the store's own."""

    def __init__(self, *, replica: R, store: R, watch: ReplicaWatch) -> None:
        self._replica = replica
        self._store = store
        self._watch = watch

    async def __call__(self, read: Callable[[R], Awaitable[T]]) -> T:
        """Read from the replica, or from the store."""
        return await self._watch.read(lambda: read(self._replica), lambda: read(self._store))
