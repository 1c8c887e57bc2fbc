"""The relay: publishes messages from the outbox to the event bus."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ...ports.event_bus import EventBus
from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message, Position
from ...ports.language.priority import Priority
from ...ports.language.reminders import Reminders
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from .broker_keeper import BrokerKeeper

_log = logging.getLogger(__name__)

_WINDOW = 1_024
"""The maximum of messages of each priority that are under way."""
_PORTION = 16
"""The number of messages published together. More would delay others."""
_SHARES = {Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 2}
"""The share of portions that each priority may use: all, or one in so many."""
_CHECK = 5.0
"""Seconds between two questions whether the broker has lost messages."""
_POLL = 1.0
"""Seconds after which the outbox is checked even without a wake-up."""


@dataclass(slots=True)
class _Lane:
    """The messages of one priority that are under way."""

    priority: Priority
    free: int
    """How many more portions of it may be published now."""
    under_way: set[MessageId] = field(default_factory=set)
    """Messages that were read and are not marked as sent yet."""
    waiting: deque[Message] = field(default_factory=deque)
    """Messages that are not being published yet."""
    taken_up: int = 0
    """How many messages were under way at the last read of the outbox."""

    may_have_more: bool = True
    """Whether the outbox may have messages that were not read yet."""

    def wants_more(self) -> bool:
        """Whether to read the outbox again, because another portion may be published now.

        Each read skips everything that is under way. So a backlog that fills the window is not read
        again for every message. When everything is sent, the outbox is read once more, because
        other processes write to it without notice.
        """
        if self.taken_up and not self.under_way:
            return True
        is_half_done = len(self.under_way) <= self.taken_up // 2
        return self.free > 0 and self.may_have_more and (is_half_done or self.taken_up < _WINDOW)

    def portion(self, busy: Collection[str]) -> list[Message]:
        """Take the first messages, up to a portion, whose keys are not busy."""
        taken: list[Message] = []
        left: deque[Message] = deque()
        while self.waiting and len(taken) < _PORTION:
            message = self.waiting.popleft()
            (left if message.key in busy else taken).append(message)
        self.waiting.extendleft(reversed(left))
        return taken


class _MessagesLost(Unavailable):
    """The broker has lost messages. They are in the outbox again."""

    def __init__(self) -> None:
        super().__init__(what="what the broker has lost")


class Relay:
    """Publishes the messages of the outbox, and then marks them as sent.

    Messages are published in portions. Messages with the same key stay in commit order: no two
    concurrent portions share a key. Up to `concurrency` portions are published at once, so a slow
    key delays few others. Each priority has reserved capacity, so low priorities do not delay high
    ones. After a crash before the mark, messages are published again, and consumers detect the
    duplicates.

    If the bus gives messages to a broker, its keeper is asked first, now and then, and after each
    failure, whether the broker has lost any. Those are published again before all others.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        bus: EventBus,
        transaction: Transaction,
        concurrency: int = 16,
        pause: float = 1.0,
        keeper: BrokerKeeper | None = None,
    ) -> None:
        """Create a relay. `pause` is how many seconds a portion waits if the bus is unavailable."""
        self._keeper = keeper
        self._position: Position | None = None
        """The broker's position after what was sent and is not marked yet."""
        self._check_at = -math.inf
        self._has_lost = False
        self._outbox = outbox
        self._bus = bus
        self._transaction = transaction
        self._concurrency = concurrency
        self._pause = pause
        self._lanes = self._new_lanes()
        self._busy: set[str] = set()
        """The keys of the portions that are being published."""
        self._sent: list[MessageId] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: asyncio.Task[None] | None = None
        self._heard_news = True
        self._reminders = Reminders()

    def _new_lanes(self) -> tuple[_Lane, ...]:
        return tuple(
            _Lane(priority, max(1, self._concurrency // _SHARES[priority])) for priority in Priority
        )

    async def run(self) -> None:
        """Relay until cancelled. Raises what the outbox raises; it may be run again."""
        try:
            while True:
                try:
                    await self._step()
                except _MessagesLost:
                    await self._abandon()
        finally:
            await self._abandon()

    async def drain(self) -> int:
        """Relay until the outbox is empty, and return how many messages were sent.

        Raises what the outbox raises; it may be called again.
        """
        count = 0
        try:
            with suppress(_MessagesLost):  # they are in the outbox
                await self._check()
            self._has_lost = False
            while await self._feed():
                self._heard_news = True  # what is published may add messages
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
                count += await self._mark_sent()
        finally:
            await self._abandon()
        return count

    async def _step(self) -> None:
        """Publish what is possible, and wait for the next change."""
        await self._mark_sent()
        if asyncio.get_running_loop().time() >= self._check_at:
            await self._check()
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
        """Read new messages if needed, and return whether any message is under way."""
        heard_news, self._heard_news = self._heard_news, False
        for lane in self._lanes:
            lane.may_have_more |= heard_news
            self._begin(lane)
            if lane.wants_more():
                await self._take_up(lane)
                self._begin(lane)
        return any(lane.under_way for lane in self._lanes)

    async def _take_up(self, lane: _Lane) -> None:
        """Read new messages."""
        room = _WINDOW - len(lane.under_way)
        if room > 0:
            fresh = await self._outbox.unsent(room, priority=lane.priority, but=lane.under_way)
            lane.under_way.update(message.id for message in fresh)
            lane.waiting.extend(fresh)
            lane.may_have_more = len(fresh) == room
        lane.taken_up = len(lane.under_way)

    def _begin(self, lane: _Lane) -> None:
        """Publish as many portions as allowed."""
        while lane.free and (portion := lane.portion(self._busy)):
            lane.free -= 1
            self._busy.update(message.key for message in portion)
            self._tasks.add(asyncio.create_task(self._send(lane, portion)))

    async def _send(self, lane: _Lane, portion: Sequence[Message]) -> None:
        while True:
            if self._has_lost:
                raise _MessagesLost  # those go first
            try:
                position = await self._bus.publish(*portion)
            except Unavailable as error:
                why = with_cause(error)
                if self._reminders.is_due("bus", why, asyncio.get_running_loop().time()):
                    _log.warning("the event bus is unavailable: %s", why)
                await asyncio.sleep(self._pause)
                await self._check_again()
            else:
                self._note(position)
                break
        self._sent += [message.id for message in portion]
        self._busy.difference_update(message.key for message in portion)
        lane.free += 1

    def _note(self, position: Position | None) -> None:
        known = self._position
        if position is not None and (
            known is None or known.stream != position.stream or known.last < position.last
        ):
            self._position = position

    async def _check(self) -> None:
        """Raise _MessagesLost if the broker has lost messages. Raises Unavailable."""
        if self._keeper is not None:
            self._has_lost |= await self._keeper.has_lost(self._position)
            if self._has_lost:
                raise _MessagesLost
            await self._keeper.forget()
        self._check_at = asyncio.get_running_loop().time() + _CHECK

    async def _check_again(self) -> None:
        with suppress(Unavailable):  # the next failure asks again
            await self._check()

    async def _abandon(self) -> None:
        """Stop publishing. Messages under way stay in the outbox."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._busy.clear()
        self._lanes = self._new_lanes()
        self._sent.clear()
        self._position = None
        self._has_lost = False
        self._check_at = -math.inf  # what was just marked as sent may be lost
        self._heard_news = True

    def _collect(self) -> None:
        """Remove finished tasks. An exception of a task is raised here."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.remove(task)
            task.result()

    async def _mark_sent(self) -> int:
        sent, self._sent = self._sent, []
        if sent:
            async with self._transaction():
                if self._keeper is None or self._position is None:
                    await self._outbox.mark_sent(sent)
                else:
                    await self._keeper.mark_sent(sent, self._position)
            for lane in self._lanes:
                lane.under_way.difference_update(sent)
        return len(sent)
