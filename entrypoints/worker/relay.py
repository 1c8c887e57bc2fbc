"""The relay: messages go from the outbox to the event bus."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from ...ports.event_bus import EventBus
from ...ports.language.errors import Unavailable
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message
from ...ports.language.urgency import Urgency
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction

_log = logging.getLogger(__name__)

_WINDOW = 1_024
"""How many messages of each urgency may be under way at once."""
_SHARES = {Urgency.HIGH: 1, Urgency.NORMAL: 2, Urgency.LOW: 2}
"""Of each urgency, one in so many of the keys may be under way, beside those of the others."""
_POLL = 1.0
"""Seconds after which the outbox is looked at although nobody told of anything new."""


@dataclass(slots=True)
class _Lane:
    """The messages of one urgency that are under way."""

    urgency: Urgency
    slots: asyncio.Semaphore
    """How many keys of it may be under way at once."""
    under_way: set[MessageId] = field(default_factory=set)
    taken_up: int = 0
    """How many were under way when the outbox was looked at last."""

    def wants_more(self, *, heard_news: bool) -> bool:
        """Whether it is time to look for more.

        Each look reads all that is under way again, so a backlog is not looked at for each of it;
        and behind a window that is full, news is not to be seen yet.
        """
        if len(self.under_way) <= self.taken_up // 2:
            return True
        return heard_news and self.taken_up < _WINDOW

    def clear(self) -> None:
        self.under_way.clear()
        self.taken_up = 0


class Relay:
    """Publishes what was committed to the outbox, and then marks it as sent.

    Messages of one key go in the order of their commit, one after the other; different keys do
    not wait for each other, up to `concurrency` of them at once. Each urgency has room of its own,
    so however many can wait are not in the way of those that cannot. A crash before the mark
    publishes again: consumers know.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        bus: EventBus,
        transaction: Transaction,
        concurrency: int = 16,
        pause: float = 1.0,
    ) -> None:
        """Describe a relay; `pause` is how many seconds a key waits when the bus is not there."""
        self._outbox = outbox
        self._bus = bus
        self._transaction = transaction
        self._pause = pause
        self._lanes = tuple(
            _Lane(urgency, asyncio.Semaphore(max(1, concurrency // _SHARES[urgency])))
            for urgency in Urgency
        )
        self._waiting: dict[str, deque[Message]] = {}
        self._sent: list[MessageId] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: asyncio.Task[None] | None = None
        self._heard_news = True

    async def run(self) -> None:
        """Relay until cancelled. Raises what the outbox raises; it may be run again."""
        try:
            while True:
                await self._step()
        finally:
            await self._abandon()

    async def drain(self) -> int:
        """Relay until nothing is left to send, and return how many messages were sent.

        Raises what the outbox raises; it may be called again.
        """
        count = 0
        try:
            while await self._feed():
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
                count += await self._mark_sent()
        finally:
            await self._abandon()
        return count

    async def _step(self) -> None:
        """Send what can be sent and wait for something to happen."""
        await self._mark_sent()
        await self._feed()
        if self._news not in self._tasks:
            self._news = asyncio.create_task(self._outbox.wait())
            self._tasks.add(self._news)
        done, _ = await asyncio.wait(
            self._tasks, timeout=_POLL, return_when=asyncio.FIRST_COMPLETED
        )
        self._heard_news = not done or self._news in done
        self._collect()

    async def _feed(self) -> bool:
        """Look for fresh messages if it is time to; return whether any message is under way."""
        heard_news, self._heard_news = self._heard_news, False
        for lane in self._lanes:
            if lane.wants_more(heard_news=heard_news):
                await self._take_up(lane)
        return any(lane.under_way for lane in self._lanes)

    async def _take_up(self, lane: _Lane) -> None:
        """Hand fresh messages to their keys' tasks."""
        for message in await self._outbox.unsent(_WINDOW, urgency=lane.urgency):
            if message.id in lane.under_way:
                continue
            lane.under_way.add(message.id)
            queue = self._waiting.get(message.key)
            if queue is None:
                queue = self._waiting[message.key] = deque()
                self._tasks.add(asyncio.create_task(self._send(message.key, queue, lane.slots)))
            queue.append(message)
        lane.taken_up = len(lane.under_way)

    async def _send(self, key: str, queue: deque[Message], slots: asyncio.Semaphore) -> None:
        async with slots:
            while queue:
                try:
                    await self._bus.publish(queue[0])
                except Unavailable as error:
                    _log.warning("the event bus is out of reach: %s", error)
                    await asyncio.sleep(self._pause)
                else:
                    self._sent.append(queue.popleft().id)
        del self._waiting[key]

    async def _abandon(self) -> None:
        """Stop sending. What was under way is found in the outbox again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._waiting.clear()
        for lane in self._lanes:
            lane.clear()
        self._sent.clear()

    def _collect(self) -> None:
        """Let go of tasks that have ended; a defect in one of them is raised here."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            task.result()

    async def _mark_sent(self) -> int:
        sent, self._sent = self._sent, []
        if sent:
            async with self._transaction():
                await self._outbox.mark_sent(sent)
            for lane in self._lanes:
                lane.under_way.difference_update(sent)
        return len(sent)
