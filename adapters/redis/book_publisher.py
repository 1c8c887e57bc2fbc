"""Publishes the books of one shard in Redis, beside whoever publishes them in memory."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from ...ports.language.errors import Unavailable
from ...ports.language.market import BookChange, BookKey, BookView, Side
from ...ports.tenure import Tenure
from ..memory.book_views import MemoryBookViews
from .book_scripts import ANEW, CHECK, GAP, OVERTAKEN, WHOLE
from .book_writer import BookWrite, BookWriter
from .connection import RedisConnection

_log = logging.getLogger(__name__)

BEAT = 0.5
"""Seconds between two looks whether Redis still has what was published."""
_PACE = 0.02
"""Seconds between two portions, in which changes of a book are merged."""
_AGAIN = 0.1
"""Seconds until the next try if Redis fails."""
_OVERTAKEN = 1.0
"""Seconds until the next try if a later engine has published."""
_LIFE = 1.5
"""Seconds for which readers believe what was published without a further sign of life."""
_PORTION = 100
"""The maximum of books that are written together."""
_LEVELS = 2_000
"""How many levels a portion has, or one book more, so that Redis needs some 10 ms at most."""
_CHECKED = 100
"""How many books are checked per beat, in turn, or a portion of them."""

_Levels: TypeAlias = dict[tuple[Side, int], int]


@dataclass(slots=True)
class _Waiting:
    """What is not published yet of a book."""

    since: float
    base: int
    """The number that the changes follow, or WHOLE."""
    seq: int = 0
    levels: _Levels = field(default_factory=dict)


@dataclass(slots=True)
class _Engine:
    """The engine whose books are published."""

    epoch: int
    begun: int
    tenure: Tenure | None
    is_over: bool = False
    is_refused: bool = False
    """Whether it may not publish at the moment."""
    is_told: bool = False
    """Whether the log says that a later one was met in Redis."""


@dataclass(frozen=True, slots=True)
class PublishingLag:
    """How far Redis is behind what the engines of this process have published in memory."""

    books: int
    """How many books have changes that are not in Redis."""
    seconds: float
    """For how long the oldest of them waits."""


class RedisBookPublisher:
    """Writes what changed to Redis in a task, merged for each book, from the books in memory.

    So what waits is at most every book once, and nobody waits for Redis. When Redis has failed or
    lost anything, whole books are written.
    """

    def __init__(
        self,
        connection: RedisConnection,
        source: MemoryBookViews,
        *,
        shard: int,
        shards: int,
        tells: bool = False,
        beat: float = BEAT,
    ) -> None:
        """Publish the books of a shard that are in `source`.

        If it `tells`, listeners of a channel get all that is written. It looks every `beat` of
        seconds whether Redis has the books.
        """
        self._stopwatch = connection.stopwatch
        self._source = source
        self._shard, self._beat = shard, beat
        self._writer = BookWriter(connection, shard=shard, shards=shards, tells=tells)
        self._engine: _Engine | None = None
        self._waiting: dict[BookKey, _Waiting] = {}
        self._flying: dict[BookKey, _Waiting] = {}
        """What is being written."""
        self._known: dict[BookKey, None] = {}
        """All books that the engine has published."""
        self._again: deque[BookKey] = deque()
        """Books to check."""
        self._complete: int | None = None
        self._shown_complete: int | None = None
        self._must_mark = False
        self._must_clear = False
        """Whether a former engine may have left books that are empty now."""
        self._marked_at = float("-inf")
        self._wake = asyncio.Event()
        self._turns = 0
        self._turned = asyncio.Condition()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Publish until the block is left."""
        task = asyncio.create_task(self._run(), name=f"books of shard {self._shard} to Redis")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def lag(self) -> PublishingLag:
        """What waits to be published."""
        waiting = (*self._first(self._flying), *self._first(self._waiting))
        now = self._stopwatch.elapsed()
        longest = max((now - one.since for one in waiting), default=0.0)
        return PublishingLag(len(self._waiting.keys() | self._flying.keys()), longest)

    def _first(self, waiting: dict[BookKey, _Waiting]) -> Iterable[_Waiting]:
        return islice(waiting.values(), 1)

    async def flush(self) -> None:
        """Wait until Redis has everything that is published until now."""
        async with self._turned:
            turn = self._turns + 2  # one may be under way
            self.mark()
            await self._turned.wait_for(lambda: self._turns >= turn and self._has_all())

    def _has_all(self) -> bool:
        return not self._waiting and not self._again and self._shown_complete == self._complete

    # ---- what was published in memory ----------------------------------------------------

    def begin(self, seq: int, tenure: Tenure | None, epoch: int) -> None:
        """Publish for a new engine."""
        self._forget()
        self._engine = _Engine(epoch, seq, tenure)
        self.mark()

    def end(self) -> None:
        """Publish nothing more, because the engine has ended."""
        if self._engine is not None:
            self._engine.is_over = True
        self.mark()

    def mark(self) -> None:
        """Publish the halts, and whether all books are published."""
        self._must_mark = True
        self._wake.set()

    def complete(self, seq: int) -> None:
        """Publish that any other book is empty, when all that waits is published."""
        self._complete = seq
        self._wake.set()

    def publish(self, view: BookView) -> None:
        """Publish a book whole."""
        self._known[view.book] = None
        self._wait_whole(view.book, self._stopwatch.elapsed())

    def apply(self, change: BookChange) -> None:
        """Publish a change of a book."""
        self._known[change.book] = None
        waiting = self._waiting.get(change.book)
        if waiting is None:
            waiting = _Waiting(self._stopwatch.elapsed(), change.seq - 1)
            self._waiting[change.book] = waiting
        waiting.seq = change.seq
        if waiting.base >= 0:
            for level in change.levels:
                waiting.levels[level.side, level.price] = level.quantity
        self._wake.set()

    def _wait_whole(self, book: BookKey, since: float) -> None:
        waiting = self._waiting.get(book)
        if waiting is None:
            self._waiting[book] = _Waiting(since, WHOLE)
        else:
            waiting.base = WHOLE
            waiting.levels.clear()
        self._wake.set()

    def _forget(self) -> None:
        self._waiting.clear()
        self._known.clear()
        self._again.clear()
        self._complete = self._shown_complete = None
        self._marked_at = float("-inf")

    # ---- publishing ----------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._beat):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._turn()
            except Unavailable:
                self._keep_flying()
                if self._writer.is_apart:
                    self._again = deque(self._known)
                self._wake.set()
                await self._stopwatch.sleep(_AGAIN)
            except Exception:  # noqa: BLE001  # whatever failed, publish again later
                _log.exception("books of shard %d cannot be published in Redis", self._shard)
                self._keep_flying()
                self._repeat_all()
                await self._stopwatch.sleep(1.0)
            else:
                await self._stopwatch.sleep(_PACE)

    async def _turn(self) -> None:
        if self._engine is not None and not self._is_over(self._engine):
            await self._publish(self._engine)
        if self._engine is not None and self._is_over(self._engine):
            await self._leave(self._engine)
        async with self._turned:
            self._turns += 1
            self._turned.notify_all()

    async def _publish(self, engine: _Engine) -> None:
        while await self._may_publish(engine) and (self._waiting or self._again):
            portion = self._next_portion()
            self._flying = {book: one for book, one in portion.items() if one.base != CHECK}
            await self._write(engine, portion)
            self._flying = {}
            if engine is not self._engine or self._is_over(engine):
                return
            await self._stopwatch.sleep(0)
        if engine.is_refused or engine is not self._engine:
            return
        if self._shown_complete != self._complete and await self._mark(engine):
            self._wake.set()
        elif self._must_clear and self._shown_complete is not None:
            self._must_clear = await self._writer.clear(engine.epoch)
            self._wake.set()

    async def _may_publish(self, engine: _Engine) -> bool:
        if self._must_mark or self._is_due():
            engine.is_refused = not await self._mark(engine)
        return not engine.is_refused

    def _is_due(self) -> bool:
        return self._stopwatch.elapsed() - self._marked_at >= self._beat

    def _is_over(self, engine: _Engine) -> bool:
        return engine.is_over or (engine.tenure is not None and engine.tenure.is_over)

    async def _leave(self, engine: _Engine) -> None:
        """Tell readers that the engine publishes nothing more."""
        self._engine = None
        self._forget()
        await self._writer.leave(engine.epoch)

    async def _mark(self, engine: _Engine) -> bool:
        """Tell readers who publishes, and return whether it may go on.

        If Redis has lost what was published, everything is published again.
        """
        halts = self._source.halts_of(self._shard)
        if halts is None:
            return True  # they come at once
        self._must_mark = False
        is_complete = not self._waiting and not self._again
        complete = self._complete if is_complete else self._shown_complete
        answer = await self._writer.mark(
            engine.epoch, life=_LIFE, begun=engine.begun, halts=halts, complete=complete
        )
        if engine is not self._engine:
            return False
        self._marked_at = self._stopwatch.elapsed()
        if answer == OVERTAKEN:
            self._met_later(engine)
            self._marked_at += _OVERTAKEN - self._beat
            return False
        if answer == ANEW:
            engine.is_told = False
            self._shown_complete, self._must_clear = None, True
            self._repeat_all()
        else:
            self._shown_complete = complete
            self._check_some()
        return True

    def _met_later(self, engine: _Engine) -> None:
        """Tell once. If that one is alive, it has the shard, which this one will notice."""
        if not engine.is_told:
            engine.is_told = True
            _log.warning(
                "Redis has books of shard %d from a later engine than the one of epoch %d, "
                "which does not replace them",
                self._shard,
                engine.epoch,
            )

    def _repeat_all(self) -> None:
        now = self._stopwatch.elapsed()
        self._again.clear()
        for book in self._known:
            self._wait_whole(book, now)

    def _check_some(self) -> None:
        """Let the next books be checked, which Redis may have lost alone."""
        levels = 0
        for book in list(islice(self._known, _CHECKED)):
            self._known[book] = self._known.pop(book)
            self._again.append(book)
            levels += self._source.levels_of(book)
            if levels >= _LEVELS:
                break

    def _next_portion(self) -> dict[BookKey, _Waiting]:
        portion: dict[BookKey, _Waiting] = {}
        levels = 0
        for book in list(islice(self._waiting, _PORTION)):  # at once, or a dict gets slow
            portion[book] = one = self._waiting.pop(book)
            levels += len(one.levels) if one.base >= 0 else self._source.levels_of(book)
            if levels >= _LEVELS:
                return portion
        while self._again and len(portion) < _PORTION and levels < _LEVELS:
            book = self._again.popleft()
            portion.setdefault(book, _Waiting(0.0, CHECK))
            levels += self._source.levels_of(book)
        return portion

    async def _write(self, engine: _Engine, portion: dict[BookKey, _Waiting]) -> None:
        books = [book for book in portion if self._source.view(book, 0) is not None]
        writes = [self._write_of(book, portion[book]) for book in books]
        results = await self._writer.write(engine.epoch, writes)
        for book, result in zip(books, results, strict=True):
            if result == OVERTAKEN:
                self._met_later(engine)
            if result == GAP and engine is self._engine:
                self._wait_whole(book, portion[book].since)

    def _write_of(self, book: BookKey, waiting: _Waiting) -> BookWrite:
        if waiting.base >= 0:
            bids, asks = ([], [])  # type: tuple[list[int], list[int]]
            for (side, price), quantity in waiting.levels.items():
                (bids if side is Side.BID else asks).extend((price, quantity))
            return BookWrite(book, waiting.seq, waiting.base, bids, asks)
        view = self._source.view(book)
        assert view is not None, "only books in memory are published"
        whole_bids = [number for one in view.bids for number in (one.price, one.quantity)]
        whole_asks = [number for one in view.asks for number in (one.price, one.quantity)]
        return BookWrite(book, view.seq, waiting.base, whole_bids, whole_asks)

    def _keep_flying(self) -> None:
        """Publish whole what may have been written or not."""
        flying, self._flying = self._flying, {}
        for book, one in flying.items():
            self._wait_whole(book, one.since)
