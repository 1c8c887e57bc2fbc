"""Keep a lease, so that one process at a time does some work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.leases import Lease
from ...ports.leases import Leases
from ...ports.stopwatch import Stopwatch
from ...ports.tenure import Tenure

_log = logging.getLogger(__name__)

T = TypeVar("T")

Work: TypeAlias = Callable[["LeaseTenure"], Coroutine[Any, Any, None]]
"""What the owner of a lease does until it is cancelled."""
Obstacle: TypeAlias = Callable[[], Awaitable[str | None]]
"""Returns why this process may own nothing at present, or None."""


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """The times of a lease, in seconds."""

    life: float = 3.0
    """How long the store gives the lease, from each renewal."""
    every: float = 1.0
    """The time between two renewals, and between two attempts to get the lease."""
    margin: float = 0.5
    """How much earlier than the lease the tenure is over, in case the clocks run differently."""
    grace: float = 10.0
    """How long the work may take to finish when the process stops."""

    def __post_init__(self) -> None:
        if not 0 < self.every < self.life - self.margin:
            raise ValueError(f"a lease must be renewed before its tenure is over: {self}")

    def end_of_tenure(self, asked: float) -> float:
        """Return when the tenure of a lease is over that was requested at `asked`."""
        return asked + self.life - self.margin


class LeaseTenure(Tenure):
    """The tenure of a lease, by a stopwatch."""

    def __init__(self, lease: Lease, stopwatch: Stopwatch, until: float) -> None:
        """Create a tenure that lasts while the stopwatch shows less than `until`."""
        self.lease = lease
        self._stopwatch = stopwatch
        self._until = until
        self._has_ended = False

    @property
    def is_over(self) -> bool:
        """Whether the time is over or `end` was called."""
        return self._has_ended or self._stopwatch.elapsed() >= self._until

    @property
    def remaining(self) -> float:
        """Seconds until it is over."""
        return 0.0 if self._has_ended else max(0.0, self._until - self._stopwatch.elapsed())

    def extend(self, lease: Lease, until: float) -> None:
        """Let the tenure last until later, under the renewed lease, unless it is over."""
        if self.is_over:
            self.end()
            return
        self.lease = lease
        self._until = until

    def end(self) -> None:
        """Let the tenure be over now and for good."""
        self._has_ended = True


class LeaseKeeper:
    """Gets a lease, renews it, and runs the owner's work meanwhile.

    The store decides by its own time who has the lease. This process decides by its stopwatch until
    when it may act: for the life of the lease from the instant before the renewal was requested,
    less a margin. So its tenure is over before another process can get the lease, whatever the
    clocks show, and however long the process was stopped.
    """

    def __init__(
        self,
        leases: Leases,
        stopwatch: Stopwatch,
        *,
        name: str,
        holder: str,
        times: LeaseTimes | None = None,
        obstacle: Obstacle | None = None,
    ) -> None:
        """Create a keeper of the lease `name` for `holder`, which must be unique to this process.

        While there is an `obstacle`, it does not take the lease, and gives back one that it has.
        """
        self._leases = leases
        self._stopwatch = stopwatch
        self.name = name
        self._holder = holder
        self._times = times or LeaseTimes()
        self._obstacle = obstacle
        self._life = timedelta(seconds=self._times.life)
        self._tenure: LeaseTenure | None = None
        self._reason: str | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this process has the lease, and may act."""
        return self._tenure is not None and not self._tenure.is_over

    @property
    def reason(self) -> str | None:
        """Why this process may not have the lease, or None if it may."""
        return self._reason

    async def run(self, work: Work) -> None:
        """Run `work` whenever this process has the lease, until cancelled.

        The work is cancelled when the lease is lost, or when this is cancelled; then it may finish
        while the lease is still renewed. Finally the lease is released. If the work returns or
        fails, the lease is released too, and any process may get it a little later.
        """
        while True:
            tenure = self._tenure = await self._acquired()
            _log.info("this process has the lease %s", self.name)
            try:
                await self._hold(tenure, work)
            finally:
                self._tenure = None
                _log.info("this process does not have the lease %s any more", self.name)
            await self._stopwatch.sleep(self._times.every)

    async def run_once(self, work: Work) -> bool:
        """Run `work` to its end under the lease, unless another process has it; return whether.

        Raises what the work raises, and Unavailable if the lease was lost meanwhile.
        """
        tenure = await self._try()
        if tenure is None:
            return False
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def noted(tenure: LeaseTenure) -> None:
            try:
                await work(tenure)
                outcome.set_result(None)
            except Exception as error:  # noqa: BLE001  # it is raised below
                outcome.set_exception(error)

        await self._hold(tenure, noted)
        if not outcome.done():
            raise Unavailable(what=f"the lease {self.name}")
        outcome.result()
        return True

    # ---- getting it ----------------------------------------------------------------------

    async def _acquired(self) -> LeaseTenure:
        while True:
            try:
                if not await self._is_hindered(self._times.life):
                    tenure = await self._try()
                    if tenure is not None:
                        return tenure
            except Unavailable as error:
                why = with_cause(error)
                _log.warning("nobody knows who has the lease %s: %s", self.name, why)
            await self._stopwatch.sleep(self._times.every)

    async def _try(self) -> LeaseTenure | None:
        asked = self._stopwatch.elapsed()
        acquiring = self._leases.acquire(self.name, self._holder, self._life)
        lease = await self._answer(acquiring, self._times.life)
        if lease is None:
            return None
        tenure = LeaseTenure(lease, self._stopwatch, self._times.end_of_tenure(asked))
        if not tenure.is_over:
            return tenure
        await self._release(tenure)
        return None

    async def _is_hindered(self, patience: float) -> bool:
        """Whether this process may own nothing. Raises Unavailable."""
        if self._obstacle is None:
            return False
        before, self._reason = self._reason, await self._answer(self._obstacle(), patience)
        if self._reason is not None and self._reason != before:
            _log.error("this process does not take the lease %s: %s", self.name, self._reason)
        return self._reason is not None

    # ---- having it -----------------------------------------------------------------------

    async def _hold(self, tenure: LeaseTenure, work: Work) -> None:
        working = asyncio.create_task(work(tenure), name=f"owner of {self.name}")
        renewing = asyncio.create_task(self._renew(tenure), name=f"lease {self.name}")
        try:
            await asyncio.wait((working, renewing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The lease is renewed while the work finishes, unless it is lost already.
            await self._finish(working)
            renewing.cancel()
            [defect] = await asyncio.gather(renewing, return_exceptions=True)
            if isinstance(defect, Exception):
                _log.error("the lease %s cannot be renewed", self.name, exc_info=defect)
            was_lost = tenure.is_over
            tenure.end()
            if was_lost:
                _log.warning("the lease %s was lost: another process may have it", self.name)
            else:
                await self._release(tenure)

    async def _finish(self, working: "asyncio.Task[None]") -> None:
        working.cancel()
        if not await self._is_done(working, self._times.grace):
            _log.error("the work under the lease %s does not end, and is abandoned", self.name)
            working.cancel()
            working.add_done_callback(_retrieve)
        elif not working.cancelled() and (error := working.exception()) is not None:
            if isinstance(error, Unavailable):
                why = with_cause(error)
                _log.warning("the work under the lease %s pauses: %s", self.name, why)
            else:
                _log.error("the work under the lease %s failed", self.name, exc_info=error)

    async def _renew(self, tenure: LeaseTenure) -> None:
        """Renew the lease until it is lost or this process may own nothing any more."""
        while True:
            await self._stopwatch.sleep(min(self._times.every, tenure.remaining))
            asked = self._stopwatch.elapsed()
            if tenure.is_over:
                return
            try:
                renewing = self._leases.renew(tenure.lease, self._life)
                lease = await self._answer(renewing, tenure.remaining)
            except Unavailable as error:
                why = with_cause(error)
                _log.warning("the lease %s is not renewed yet: %s", self.name, why)
                continue
            if lease is None:
                tenure.end()
                return
            tenure.extend(lease, self._times.end_of_tenure(asked))
            with suppress(Unavailable):  # then nobody knows of an obstacle
                if await self._is_hindered(self._times.every / 2):
                    return

    async def _release(self, tenure: LeaseTenure) -> None:
        try:
            await self._answer(self._leases.release(tenure.lease), self._times.every)
        except Unavailable as error:
            why = with_cause(error)
            _log.warning("the lease %s is not released, and ends by itself: %s", self.name, why)

    # ---- calls with a time limit ---------------------------------------------------------

    async def _answer(self, call: Awaitable[T], patience: float) -> T:
        """Return what a call returns. Raises Unavailable if it takes longer than `patience`.

        A call that hangs is left alone, because cancelling it may hang too.
        """
        task = asyncio.ensure_future(call)
        if await self._is_done(task, patience):
            return task.result()
        task.cancel()
        task.add_done_callback(_retrieve)
        late = TimeoutError(f"it did not answer within {patience:.1f} s")
        raise Unavailable(what="the store of leases") from late

    async def _is_done(self, task: "asyncio.Future[Any]", patience: float) -> bool:
        """Whether a task ends within `patience` seconds."""
        sleeping = asyncio.ensure_future(self._stopwatch.sleep(patience))
        try:
            await asyncio.wait((task, sleeping), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            sleeping.cancel()
        return task.done()


def _retrieve(task: "asyncio.Future[Any]") -> None:
    """Take the exception of an abandoned task, so that nobody reports it."""
    if not task.cancelled():
        task.exception()
