"""Publish committed books and halts to the public views."""

import asyncio
import logging
from collections.abc import Iterable

from ...ports.book_views import BookViews
from ...ports.clock import Clock
from ...ports.language.batch import Ownership
from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.halts import Halt
from ...ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
)
from ...ports.language.money import Cents
from ...ports.tenure import Tenure
from .shard import Shard
from .shard_book import ShardBook

_log = logging.getLogger(__name__)

_AGAIN = 1.0
"""Seconds until the next try if the views failed."""
_LAST_WORDS = 1.0
"""Seconds allowed for publishing the rest when the engine stops."""


class News:
    """The unpublished levels of one book, all or only the changed ones, in the latest state."""

    __slots__ = ("is_whole", "levels")

    def __init__(self, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.levels: dict[tuple[Side, Cents], LevelChange] = {}

    @classmethod
    def of(cls, book: ShardBook) -> "News":
        """Return all levels of a book as it is in memory."""
        news = cls(is_whole=True)
        for side in Side:
            levels = book.on(side).levels()
            news.add(LevelChange(side, level.price, level.quantity) for level in levels)
        return news

    def add(self, changes: Iterable[LevelChange]) -> None:
        """Merge later changes of levels."""
        for change in changes:
            self.levels[change.side, change.price] = change

    def view(self, book: BookKey, seq: int) -> BookView:
        """Return the whole book with this number."""
        return BookView(book, seq, self._best_first(Side.BID), self._best_first(Side.ASK))

    def change(self, book: BookKey, seq: int) -> BookChange:
        """Return the change with this number."""
        return BookChange(book, seq, tuple(self.levels.values()))

    def _best_first(self, side: Side) -> tuple[PriceLevel, ...]:
        levels = [
            PriceLevel(level.price, level.quantity)
            for level in self.levels.values()
            if level.side is side and level.quantity
        ]
        return tuple(sorted(levels, key=lambda level: level.price, reverse=side is Side.BID))


class Publisher:
    """Publishes the books of one shard, and the halts, in a separate task.

    Commands never wait for the views. Committed changes wait here, merged for each book, so the
    backlog is at most every book once. A book is first published whole, numbered with the shard's
    sequence number. Each later change of it has the next number. Every batch that touches a book
    uses at least one sequence number. So a book's number never exceeds the shard's, and numbers
    keep rising over a restart. If publishing fails, the whole book is published again later.
    """

    def __init__(
        self,
        views: BookViews,
        shard: Shard,
        clock: Clock,
        *,
        number: int,
        shards: int,
        tenure: Tenure,
    ) -> None:
        """Create the publisher of shard `number` of `shards`, for the tenure of its engine."""
        self._views = views
        self._shard = shard
        self._clock = clock
        self._number, self._shards = number, shards
        self._tenure = tenure
        self._epoch = 0
        self._committed = 0
        """The last durable sequence number."""
        self._news: dict[BookKey, News] = {}
        """Committed changes that are not published yet."""
        self._shown: dict[BookKey, int] = {}
        """The last published number of each book."""
        self._doubtful: dict[BookKey, None] = {}
        """Books whose views may be incomplete and must be published whole."""
        self._halts: tuple[Halt, ...] | None = None
        """The halts to publish, or None if the views have them."""
        self._has_begun = False
        self._all_are_loaded = False
        self._all_are_shown = False
        """Whether the views have been told that every unpublished book is empty."""
        self._wake = asyncio.Event()
        self._is_away = False
        """Whether the publisher pauses because the views failed."""
        self._is_stopping = False

    # ---- called by the engine ------------------------------------------------------------

    def begin(self, ownership: Ownership) -> None:
        """Start with the halts, as the owner of the shard in this epoch."""
        self._committed, self._epoch = ownership.sequence, ownership.epoch
        self.note_halts()

    def note_batch(self) -> None:
        """Queue the changes of the shard's batch, which has just been committed."""
        self._committed = self._shard.sequence
        for book in self._shard.changed_books:
            key = book.key
            if key not in self._shown or key in self._doubtful:
                waiting = self._news.get(key)
                if waiting is None or not waiting.is_whole:
                    self._tell_whole(book)
                    continue
            news = self._news.get(key)
            if news is None:
                news = self._news[key] = News(is_whole=False)
            news.add(book.level_changes())
        if self._shard.batch.halts or self._shard.has_learned_halts:
            self.note_halts()
        self._wake.set()

    def note_loaded(self, book: ShardBook) -> None:
        """Queue a loaded book, unless it is empty and was never published or queued."""
        if len(book) or book.key in self._shown or book.key in self._news:
            self._tell_whole(book)
            self._wake.set()

    def note_committed(self) -> None:
        """Record that all used sequence numbers are durable."""
        self._committed = self._shard.sequence

    def note_halts(self) -> None:
        """Queue the current halts."""
        self._halts = tuple(self._shard.halts)
        self._wake.set()

    def note_complete(self) -> None:
        """Record that all books are loaded, so every unpublished book is empty."""
        self._all_are_loaded = True
        self._wake.set()

    def _tell_whole(self, book: ShardBook) -> None:
        self._doubtful.pop(book.key, None)
        self._news[book.key] = News.of(book)

    # ---- publishing ----------------------------------------------------------------------

    async def run(self) -> None:
        """Publish what is queued until `stop` is called."""
        while not self._is_stopping:
            await self._wake.wait()
            self._wake.clear()
            if not await self.tell() and not self._is_stopping:
                self._is_away = True
                await self._clock.sleep(_AGAIN)
                self._is_away = False
                self._capture_doubtful()
                self._wake.set()

    async def stop(self, task: "asyncio.Task[None]") -> None:
        """Stop the task that runs this, once the queue is published or after a second."""
        self._is_stopping = True
        self._wake.set()
        if not self._is_away:
            await asyncio.wait([task], timeout=_LAST_WORDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def tell(self) -> bool:
        """Publish the queue until a failure, and return whether everything is published.

        Once the tenure is over, nothing is published any more.
        """
        try:
            await self._tell_beginning()
            while self._news and not self._tenure.is_over:
                key = next(iter(self._news))
                await self._tell(key, self._news.pop(key))
            if self._all_are_loaded and not self._all_are_shown and not self._tenure.is_over:
                await self._views.complete(self._number, self._shards, self._committed)
                self._all_are_shown = True
        except Unavailable as error:
            _log.warning("books are not published yet: %s", with_cause(error))
            return False
        except Exception:  # noqa: BLE001  # whatever failed, publish again later
            _log.exception("the views are defective; books are published again")
            return False
        return not self._doubtful

    async def _tell_beginning(self) -> None:
        if not self._has_begun:
            await self._views.begin(
                self._number, self._shards, self._committed, self._tenure, epoch=self._epoch
            )
            self._has_begun = True
        if self._halts is not None:
            halts = self._halts
            await self._views.show_halts(halts, shard=self._number, shards=self._shards)
            if halts is self._halts:
                self._halts = None

    async def _tell(self, key: BookKey, news: News) -> None:
        number = self._committed if news.is_whole else self._shown[key] + 1
        self._shown[key] = number
        try:
            if news.is_whole:
                await self._views.publish(news.view(key, number))
            else:
                await self._views.apply(news.change(key, number))
        except BaseException:
            self._keep(key, news)
            raise

    def _keep(self, key: BookKey, news: News) -> None:
        """Queue a book again after a failure, to be published whole in its then latest state."""
        later = self._news.get(key)
        if later is not None and later.is_whole:
            return
        if not news.is_whole:
            self._news.pop(key, None)
            self._doubtful[key] = None
            self._capture_doubtful()
            return
        if later is not None:
            news.add(later.levels.values())
        self._news[key] = news

    def _capture_doubtful(self) -> None:
        """Queue doubtful books whole, unless a batch is running: `note_batch` does it then."""
        if self._shard.is_at_rest:
            for key in tuple(self._doubtful):
                book = self._shard.books.get(key)
                if book is not None:  # otherwise it is queued when it is loaded
                    self._tell_whole(book)
