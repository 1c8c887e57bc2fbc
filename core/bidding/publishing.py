"""The public is shown what the engine committed."""

import asyncio
import logging
from collections.abc import Iterable

from ...ports.book_views import BookViews
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
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
from .shard import Shard
from .shard_book import ShardBook

_log = logging.getLogger(__name__)

_AGAIN = 1.0
"""Seconds until the views are told again that could not be."""
_LAST_WORDS = 1.0
"""Seconds that the views have for what is left when the engine stops."""


class News:
    """What is to be told of one book: its levels, or those that changed, as they were last."""

    __slots__ = ("is_whole", "levels")

    def __init__(self, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.levels: dict[tuple[Side, Cents], LevelChange] = {}

    @classmethod
    def of(cls, book: ShardBook) -> "News":
        """Return the whole of a book as it is in memory."""
        news = cls(is_whole=True)
        for side in Side:
            levels = book.on(side).levels()
            news.add(LevelChange(side, level.price, level.quantity) for level in levels)
        return news

    def add(self, changes: Iterable[LevelChange]) -> None:
        """Let levels be as they are now."""
        for change in changes:
            self.levels[change.side, change.price] = change

    def view(self, book: BookKey, seq: int) -> BookView:
        """Return the whole book, numbered so."""
        return BookView(book, seq, self._best_first(Side.BID), self._best_first(Side.ASK))

    def change(self, book: BookKey, seq: int) -> BookChange:
        """Return the change, numbered so."""
        return BookChange(book, seq, tuple(self.levels.values()))

    def _best_first(self, side: Side) -> tuple[PriceLevel, ...]:
        levels = [
            PriceLevel(level.price, level.quantity)
            for level in self.levels.values()
            if level.side is side and level.quantity
        ]
        return tuple(sorted(levels, key=lambda level: level.price, reverse=side is Side.BID))


class Publisher:
    """Shows the books of one shard, and which books are halted, in a task of its own.

    What was committed waits here until it is shown, merged for each book, so that no order waits
    for the views, and never more waits than every book. A book is told whole first, numbered by
    the shard's sequence; then its changes, numbered on by one. As each batch that touches a book
    uses up a sequence number at least, a book never outruns the sequence, and numbers stay in order
    over a restart. What cannot be shown is shown whole a little later, for the books are the truth.
    """

    def __init__(
        self, views: BookViews, shard: Shard, clock: Clock, *, number: int, shards: int
    ) -> None:
        """Show the books of `shard`, which is the one with this number of so many."""
        self._views = views
        self._shard = shard
        self._clock = clock
        self._number, self._shards = number, shards
        self._committed = 0
        """The last sequence number that is durable."""
        self._news: dict[BookKey, News] = {}
        """What is committed and not told yet."""
        self._shown: dict[BookKey, int] = {}
        """The number of the last word on each book."""
        self._doubtful: dict[BookKey, None] = {}
        """Books whose views may lack something: they are to be told whole."""
        self._halts: tuple[Halt, ...] | None = None
        """The halts that are to be shown; None if they are."""
        self._has_begun = False
        self._all_are_loaded = False
        self._all_are_shown = False
        """Whether the views know that what they do not know is empty."""
        self._wake = asyncio.Event()
        self._is_away = False
        """Whether the views did not answer, and are left alone for a while."""
        self._is_stopping = False

    # ---- what the engine did -------------------------------------------------------------

    def begin(self, sequence: int) -> None:
        """Have the halts shown, and books as they are loaded; `sequence` is durable."""
        self._committed = sequence
        self.note_halts()

    def note_batch(self) -> None:
        """Have the public told of what the shard's batch changed, which is committed now."""
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
        if self._shard.batch.halts:
            self.note_halts()
        self._wake.set()

    def note_loaded(self, book: ShardBook) -> None:
        """Have the public shown a book that was loaded, unless nothing rests in it."""
        if len(book) or book.key in self._shown:
            self._tell_whole(book)
            self._wake.set()

    def note_committed(self) -> None:
        """All sequence numbers that were used are durable."""
        self._committed = self._shard.sequence

    def note_halts(self) -> None:
        """Have the public shown the halts as they are now."""
        self._halts = tuple(self._shard.halts)
        self._wake.set()

    def note_complete(self) -> None:
        """All books are loaded: those that nobody was told of are empty."""
        self._all_are_loaded = True
        self._wake.set()

    def _tell_whole(self, book: ShardBook) -> None:
        self._doubtful.pop(book.key, None)
        self._news[book.key] = News.of(book)

    # ---- telling -------------------------------------------------------------------------

    async def run(self) -> None:
        """Tell the public what there is to tell, until `stop`."""
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
        """End the task that runs this, once it has told what there is, or after a second."""
        self._is_stopping = True
        self._wake.set()
        if not self._is_away:
            await asyncio.wait([task], timeout=_LAST_WORDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def tell(self) -> bool:
        """Return whether everything is told. If not, trying each book would help nobody."""
        try:
            await self._tell_beginning()
            while self._news:
                key = next(iter(self._news))
                await self._tell(key, self._news.pop(key))
            if self._all_are_loaded and not self._all_are_shown:
                await self._views.complete(self._number, self._shards, self._committed)
                self._all_are_shown = True
        except Unavailable as error:
            _log.warning("books are not published yet: %s", error)
            return False
        except Exception:  # noqa: BLE001  # the public is told again, whatever it was
            _log.exception("the views are defective; books are published again")
            return False
        return not self._doubtful

    async def _tell_beginning(self) -> None:
        if not self._has_begun:
            await self._views.begin(self._number, self._shards)
            self._has_begun = True
        if self._halts is not None:
            halts = self._halts
            await self._views.show_halts(halts)
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
        """Have a book told whole that could not be told, as it is by then."""
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
        """Have books told whole, unless a batch is under way: then it does it when committed."""
        if self._shard.is_at_rest:
            for key in tuple(self._doubtful):
                book = self._shard.books.get(key)
                if book is not None:  # else it is told when it is loaded
                    self._tell_whole(book)
