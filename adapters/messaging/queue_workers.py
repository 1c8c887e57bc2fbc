"""Workers that try the deliveries of one queue, within one process."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Protocol

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.messages import Delivery
from .outage import Outage

_POLL = 1.0
"""The interval at which the queue is polled without a notification, in seconds."""
_LONG = timedelta(minutes=1)
"""A delivery overdue by this may go before higher priorities now and then."""
_PORTION = 16
"""The largest number of deliveries that are handled in one transaction."""
_RENEWED = 1 / 3
"""Claims of what is under way are renewed after this part of their life."""
_KEPT = 1 / 2
"""A delivery is claimed again if it was not begun within this part of the claim's life."""
_ROUNDS = 16
"""The largest average number of deliveries that a worker tries between two reads of the store."""
_SOON, _LATE = 0.25, 1.0
"""Seconds. If what was claimed is begun sooner, the next claim is larger; if later, smaller."""
_REST = 3.0
"""How long a queue that gives way rests after a delivery, as a multiple of its duration."""
_LONGEST_REST = 0.05
"""The longest rest, in seconds, so that such a queue never stops completely."""


class Claims(Protocol):
    """What a process claims in one queue. All raise Unavailable."""

    life: timedelta

    async def take(
        self,
        done: Sequence[Delivery],
        limit: int,
        *,
        but: Collection[str],
        overdue_since: datetime | None,
    ) -> Sequence[Delivery]:
        """Remove finished deliveries, and claim the first ones; see Deliveries.claim."""
        ...

    async def renew(self, deliveries: Sequence[Delivery]) -> None:
        """Renew claims."""
        ...

    async def give_back(self, done: Sequence[Delivery]) -> None:
        """Remove finished deliveries, and end all claims."""
        ...


class QueueWorkers:
    """Tries the deliveries of a queue, several at a time; a free worker gets the next ones.

    Deliveries are claimed, so that other processes work on others. A claim is renewed while its
    delivery is under way. At most one delivery of a turn is under way. To prevent starvation, the
    longest overdue delivery goes first now and then if it has waited for a minute, whatever its
    priority. Finished deliveries are removed in the transaction that claims the next ones, because
    each transaction waits for the disk.

    While it `gives_way` to more important work, only one delivery is under way, and the workers
    rest after each one. During an `outage` only one is, and they rest until the next one is tried.
    """

    def __init__(
        self,
        *,
        claims: Claims,
        attempt: Callable[[Sequence[Delivery]], Coroutine[Any, Any, Sequence[Delivery]]],
        shares: Callable[[Delivery], bool],
        clock: Clock,
        workers: int,
        gives_way: Callable[[], bool] = lambda: False,
        outage: Outage | None = None,
    ) -> None:
        """Create the workers.

        `attempt` tries deliveries, stores a retry of each that fails, and returns those that
        succeeded and must still be removed. It is given several at once if each `shares` its
        transaction with others.
        """
        if workers < 1:
            raise ValueError(f"a queue needs at least one worker, not {workers}")
        self._claims = claims
        self._attempt = attempt
        self._shares = shares
        self._clock = clock
        self._workers = workers
        self._gives_way = gives_way
        self._outage = outage or Outage()
        self._ahead: deque[Delivery] = deque()
        """Deliveries that were claimed but are not under way yet."""
        self._under_way: dict[asyncio.Task[Sequence[Delivery]], Sequence[Delivery]] = {}
        self._done: list[Delivery] = []
        self._claimed_at = clock.elapsed()
        """When `_ahead` was claimed."""
        self._renewed_at = clock.elapsed()
        """Since when the claims of all that is under way have been in force."""
        self._has_claims = False
        self._rounds = 1
        """How many deliveries are claimed for each worker, so that slow work is divided fairly."""
        self._was_full = False
        """Whether the latest claim got all that it asked for."""
        self._asked_at = 0.0
        """When that was, on the event loop's clock."""
        self._begun_at = 0.0
        """When the latest delivery was begun, on the event loop's clock, like the next."""
        self._rests_until = 0.0
        self._since_longest_due = 0
        """The number of deliveries begun since the longest overdue one went first."""
        self._news = asyncio.Event()
        self._beginning = asyncio.Lock()

    @property
    def is_at_work(self) -> bool:
        """Whether a delivery is under way or about to be tried."""
        return bool(self._under_way or self._ahead)

    def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Wake the workers, because deliveries were stored."""
        if self._ahead and min(d.priority for d in deliveries) < self._ahead[-1].priority:
            self._ahead.clear()  # still claimed, and read again after the new ones
        self.wake()

    def wake(self) -> None:
        """Wake the workers, because there may be new deliveries."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled. Errors of the store propagate; it may be called again."""
        waits: set[asyncio.Task[Any]] = set()
        try:
            while True:
                rest = max(self._rests_until, self._outage.next_at) - self._time()
                if rest <= 0:
                    await self._begin()
                if not waits:
                    waits = {
                        asyncio.create_task(self._news.wait()),
                        asyncio.create_task(self._clock.sleep(_POLL)),
                    }
                done, _ = await asyncio.wait(
                    {*waits, *self._under_way},
                    timeout=rest if rest > 0 else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if done & waits:
                    await _cancel(waits)
                    waits = set()
                    self._news.clear()
                if self._collect() and self._gives_way():
                    self._begin_rest()
                await self._renew()
        finally:
            await _cancel(waits)
            await self._abandon()

    async def drain(self) -> int:
        """Work until nothing is due, and return the number of deliveries tried.

        It may be called again, also concurrently. Errors of the store propagate.
        """
        count = 0
        try:
            while await self._begin():
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                count += self._collect()
        finally:
            await self._abandon()
        return count

    def _begin_rest(self) -> None:
        """Rest in proportion to the latest delivery, which has just ended."""
        now = self._time()
        self._rests_until = now + min(_REST * (now - self._begun_at), _LONGEST_REST)

    def _time(self) -> float:
        """Return the event loop's time: resting saves processor time, not the exchange's time."""
        return asyncio.get_running_loop().time()

    async def _begin(self) -> bool:
        """Give each free worker a delivery, if there are any. Return whether one is at work."""
        async with self._beginning:  # otherwise two readers could try the same delivery
            while self._has_free_worker():
                portion = await self._next()
                if not portion:
                    break
                self._since_longest_due += len(portion)
                self._begun_at = self._time()
                self._under_way[asyncio.create_task(self._attempt(portion))] = portion
        return bool(self._under_way)

    def _has_free_worker(self) -> bool:
        """Whether another delivery may be under way. What is asked most often is asked first."""
        count = len(self._under_way)
        return not count or (count < self._workers and not self._is_single())

    def _is_single(self) -> bool:
        """Whether only one delivery may be under way."""
        return self._outage.is_on or self._gives_way()

    async def _next(self) -> Sequence[Delivery]:
        """Return deliveries that may be tried now, in one transaction if there are several."""
        if self._ahead and self._is_due_again(self._claimed_at, _KEPT):
            self._ahead.clear()
        if not self._ahead:
            await self._claim()
        if not self._ahead:
            return []
        most = 1 if self._is_single() else _PORTION
        portion: list[Delivery] = []
        while self._ahead and len(portion) < most:
            if portion and not self._shares(self._ahead[0]):
                break
            delivery = self._ahead.popleft()
            if self._is_held_up(delivery):
                continue
            portion.append(delivery)
            if not self._shares(delivery):
                break
        return portion

    async def _claim(self) -> None:
        done, self._done = self._done, []
        under_way = {d.turn_in_line for portion in self._under_way.values() for d in portion}
        now = self._clock.now()
        looks_back = self._since_longest_due >= _ROUNDS
        overdue_since = now - _LONG if looks_back else None
        self._adapt()
        # Whoever gives way is slow on purpose, and saves transactions.
        limit = self._workers * (_ROUNDS if self._gives_way() else self._rounds)
        if self._outage.is_on:
            limit = 1  # other processes may try the others
        self._has_claims = True  # it may, although a cancellation or an outage loses the answer
        first = await self._claims.take(done, limit, but=under_way, overdue_since=overdue_since)
        self._was_full = len(first) == limit and not self._is_single()
        self._asked_at = self._time()
        self._has_claims = bool(first or self._under_way)
        self._claimed_at = self._clock.elapsed()
        self._ahead.extend(d for d in first if not self._is_held_up(d))
        if overdue_since is not None and self._ahead and self._ahead[0].due_at <= overdue_since:
            self._since_longest_due = 0

    def _adapt(self) -> None:
        """Claim as much as is begun soon, and leave the rest to other processes."""
        lasted = self._time() - self._asked_at
        if self._was_full and lasted < _SOON:
            self._rounds = min(2 * self._rounds, _ROUNDS)
        elif self._was_full and lasted > _LATE:
            self._rounds = max(1, self._rounds // 2)

    def _is_held_up(self, delivery: Delivery) -> bool:
        """Whether the delivery itself, or another one of its turn, is under way."""
        return any(
            other.id == delivery.id or (other.turn and other.turn == delivery.turn)
            for portion in self._under_way.values()
            for other in portion
        )

    def _is_due_again(self, since: float, part: float) -> bool:
        """Whether a part of a claim's life is over."""
        return self._clock.elapsed() - since >= (self._claims.life * part).total_seconds()

    async def _renew(self) -> None:
        """Renew the claims of what is under way or must still be removed, if it is time."""
        if self._is_due_again(self._renewed_at, _RENEWED):
            self._renewed_at = self._clock.elapsed()
            held = [*chain(self._done, *self._under_way.values())]
            if held:
                await self._claims.renew(held)

    def _collect(self) -> int:
        """Collect ended deliveries and return their number. An unexpected error propagates."""
        count = 0
        for task in [task for task in self._under_way if task.done()]:
            portion = self._under_way.pop(task)
            self._done += task.result()
            count += len(portion)
            for delivery in portion:
                if self._ahead and delivery.turn and delivery.priority < self._ahead[-1].priority:
                    self._ahead.clear()  # the turn's next delivery may have a higher priority
        return count

    async def _abandon(self) -> None:
        """Stop. Deliveries that were under way, or not removed, stay stored and are retried."""
        try:
            await _cancel(self._under_way)
            for task in self._under_way:
                if not task.cancelled() and task.exception() is None:
                    self._done += task.result()
            done, self._done = self._done, []
            with suppress(Unavailable):
                if done or self._has_claims:
                    await self._claims.give_back(done)
                    self._has_claims = False
        finally:
            self._under_way.clear()
            self._ahead.clear()


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
