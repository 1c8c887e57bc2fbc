"""Workers that try the deliveries of one queue, within one process."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.messages import Delivery
from ...ports.language.priority import Priority

_POLL = 1.0
"""The interval at which the queue is polled without a notification, in seconds."""
_LONG = timedelta(minutes=1)
"""A delivery overdue by this may go before higher priorities now and then."""
_ROUNDS = 16
"""The average number of deliveries that a worker tries between two reads of the store."""
_REST = 3.0
"""How long a queue that gives way rests after a delivery, as a multiple of its duration."""
_LONGEST_REST = 0.05
"""The longest rest, in seconds, so that such a queue never stops completely."""


class QueueWorkers:
    """Tries the deliveries of a queue, several at a time; a free worker gets the next one.

    At most one delivery of a turn is under way. To prevent starvation, the longest overdue delivery
    goes first now and then if it has waited for a minute, whatever its priority. Finished
    deliveries are removed in batches before the next read, because each transaction waits for the
    disk.

    While it `gives_way` to more important work, only one delivery is under way, and the workers
    rest after each one.
    """

    def __init__(
        self,
        *,
        first: Callable[[int], Awaitable[Sequence[Delivery]]],
        longest_due: Callable[[], Awaitable[Delivery | None]],
        attempt: Callable[[Delivery], Coroutine[Any, Any, bool]],
        forget: Callable[[Sequence[Delivery]], Awaitable[None]],
        clock: Clock,
        workers: int,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        """Create the workers.

        `first` returns the first deliveries of the queue, and `longest_due` the longest overdue
        one. `attempt` tries one, stores a retry if it fails, and returns whether it succeeded and
        must still be removed. `forget` removes finished deliveries.
        """
        if workers < 1:
            raise ValueError(f"a queue needs at least one worker, not {workers}")
        self._first = first
        self._longest_due = longest_due
        self._attempt = attempt
        self._forget = forget
        self._clock = clock
        self._workers = workers
        self._gives_way = gives_way
        self._ahead: deque[Delivery] = deque()
        """Deliveries that were read but are not under way yet."""
        self._under_way: dict[asyncio.Task[bool], Delivery] = {}
        self._done: list[Delivery] = []
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
            self._ahead.clear()  # still in the store, and read again after the new ones
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled. Errors of the store propagate; it may be called again."""
        waits: set[asyncio.Task[Any]] = set()
        try:
            while True:
                rest = self._rests_until - self._time()
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
            while len(self._under_way) < (1 if self._gives_way() else self._workers):
                delivery = await self._next()
                if delivery is None:
                    break
                self._since_longest_due += 1
                self._begun_at = self._time()
                self._under_way[asyncio.create_task(self._attempt(delivery))] = delivery
        return bool(self._under_way)

    async def _next(self) -> Delivery | None:
        """Return a delivery that may be tried now, or None."""
        if not self._ahead:
            await self._forget_done()
            await self._read_ahead()
        while self._ahead:
            delivery = self._ahead.popleft()
            if not self._is_held_up(delivery):
                return delivery
        return None

    async def _read_ahead(self) -> None:
        # The first ones may be under way, or share their turn with one that is.
        held_up = len(self._under_way) * len(Priority)
        first = await self._first(held_up + self._workers * _ROUNDS)
        self._ahead.extend(d for d in first if not self._is_held_up(d))
        if self._since_longest_due >= _ROUNDS:
            longest_due = await self._longest_due()
            if longest_due is not None and self._waits_long(longest_due):
                others = (d for d in self._ahead if d.id != longest_due.id)
                self._ahead = deque((longest_due, *others))
                self._since_longest_due = 0

    def _waits_long(self, delivery: Delivery) -> bool:
        is_late = self._clock.now() - delivery.due_at >= _LONG
        return is_late and not self._is_held_up(delivery)

    def _is_held_up(self, delivery: Delivery) -> bool:
        """Whether the delivery itself, or another one of its turn, is under way."""
        return any(
            other.id == delivery.id or (other.turn and other.turn == delivery.turn)
            for other in self._under_way.values()
        )

    def _collect(self) -> int:
        """Collect ended deliveries and return their number. An unexpected error propagates."""
        ended = [task for task in self._under_way if task.done()]
        for task in ended:
            delivery = self._under_way.pop(task)
            if task.result():
                self._done.append(delivery)
            if self._ahead and delivery.turn and delivery.priority < self._ahead[-1].priority:
                self._ahead.clear()  # the turn's next delivery may have a higher priority
        return len(ended)

    async def _forget_done(self) -> None:
        done, self._done = self._done, []
        if done:
            await self._forget(done)

    async def _abandon(self) -> None:
        """Stop. Deliveries that were under way, or not removed, stay stored and are retried."""
        try:
            await _cancel(self._under_way)
            for task, delivery in self._under_way.items():
                if not task.cancelled() and task.exception() is None and task.result():
                    self._done.append(delivery)
            with suppress(Unavailable):
                await self._forget_done()
        finally:
            self._under_way.clear()
            self._ahead.clear()


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
