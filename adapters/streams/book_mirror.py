"""The published books of an engine in another process."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from ...ports.book_views import StoredBooks
from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView
from ..memory.book_views import MemoryBookViews
from .hearing import Hearing

_log = logging.getLogger(__name__)

_SILENCE = 3.0
"""Seconds without a word from the engine's process after which its books may be others'."""
_AT_ONCE = 200
"""How many books are asked for in one request."""
_MOST = 50_000
"""How many books are kept."""


BookNews: TypeAlias = BookView | BookChange
"""A book that was published whole, or a change of it."""


@dataclass(frozen=True, slots=True)
class StandingHalts:
    """All halts of a shard that stand."""

    version: int
    """How often the engine has published its halts."""
    halts: tuple[Halt, ...]


@dataclass(frozen=True, slots=True)
class AskedBooks:
    """Some books, and the halts, as they are now. Some books may be missing."""

    epoch: int
    halts: StandingHalts
    views: Sequence[BookView]


class BookSource(Protocol):
    """Where the books of an engine in another process are read, before they are followed."""

    async def ask(self, books: Sequence[BookKey]) -> AskedBooks:
        """Return books with all levels, as they are published now. Raises Unavailable."""
        ...


@dataclass(eq=False, slots=True)
class _Load:
    """Books that were asked for, and what was heard of them meanwhile."""

    books: frozenset[BookKey]
    heard: list[BookNews] = field(default_factory=list)


class BookMirror(StoredBooks):
    """Keeps the books that somebody reads as the engine's process publishes them.

    A book is asked for when it is read first, and follows the messages from then on. After a
    missed message all books are dropped, and asked for again with the next word of the engine's
    process. While there is none, readers get the stored books.
    """

    def __init__(
        self,
        source: BookSource,
        stored: StoredBooks,
        *,
        shard: int = 0,
        shards: int = 1,
        shown: MemoryBookViews | None = None,
        most: int = _MOST,
        silence: float = _SILENCE,
    ) -> None:
        """Mirror the books of a shard, up to `most` of them.

        They are shown with those of the other shards in `shown`, which reads unpublished books
        from here. After `silence` seconds without a word from the engine's process, they are
        dropped.
        """
        self.shown = MemoryBookViews(self) if shown is None else shown
        self._source = source
        self._stored = stored
        self._shard, self._shards = shard, shards
        self._most = most
        self._silence = silence
        self._epoch = 0
        """The highest epoch that was heard, or of this process's own engine."""
        self._hearing: Hearing | None = None
        self._halts_version = 0
        self._kept: OrderedDict[BookKey, None] = OrderedDict()
        """The mirrored books, the oldest first."""
        self._loads: set[_Load] = set()
        self._is_paused = False

    # ---- the engine of this process ------------------------------------------------------

    def pause(self, epoch: int) -> None:
        """Mirror nothing, because this process has the engine in this epoch."""
        self._is_paused = True
        self._epoch = max(self._epoch, epoch)
        self._forget()

    def resume(self) -> None:
        """Mirror the engine that is heard next."""
        self._is_paused = False

    # ---- what is heard -------------------------------------------------------------------

    async def hear_engine(self, epoch: int, begun: int) -> None:
        """Note that an engine publishes, which began with the sequence number `begun`."""
        if self._ignores(epoch):
            return
        hearing = self._hearing
        if hearing is None or hearing.is_over or epoch > self._epoch:
            await self._begin(epoch, begun)
        else:
            hearing.extend()

    async def hear_book(self, epoch: int, news: BookNews) -> None:
        """Follow a book."""
        if self._follows(epoch):
            for load in self._loads:
                if news.book in load.books:
                    load.heard.append(news)
            await self._change(news)

    async def hear_halts(self, epoch: int, halts: StandingHalts) -> None:
        """Show halts, unless later ones are shown."""
        if self._follows(epoch):
            await self._show_halts(halts)

    def _ignores(self, epoch: int) -> bool:
        return self._is_paused or epoch < self._epoch

    def _follows(self, epoch: int) -> bool:
        hearing = self._hearing
        is_heard = hearing is not None and not hearing.is_over
        return is_heard and not self._is_paused and epoch == self._epoch

    def miss(self) -> None:
        """Drop all books, because a message may be lost."""
        if self._hearing is not None:
            self._hearing.end()

    async def _begin(self, epoch: int, begun: int) -> None:
        self._forget()
        self._epoch = epoch
        self._hearing = Hearing(self._silence)
        await self.shown.begin(self._shard, self._shards, begun, self._hearing)

    def _forget(self) -> None:
        self.miss()
        self._hearing = None
        self._halts_version = 0
        self._kept.clear()
        self._loads.clear()

    async def _change(self, news: BookNews) -> None:
        """Change a book that is mirrored. The news may be older than the book."""
        view = self.shown.view(news.book, 0)
        if view is None:
            return
        if isinstance(news, BookView):
            if news.seq >= view.seq:
                await self.shown.publish(news)
        elif news.seq == view.seq + 1:
            await self.shown.apply(news)
        elif news.seq > view.seq:
            _log.warning("changes of a book were missed; the books are read again")
            self.miss()

    async def _show_halts(self, standing: StandingHalts) -> None:
        if standing.version > self._halts_version:
            self._halts_version = standing.version
            shard, shards = self._shard, self._shards
            await self.shown.show_halts(standing.halts, shard=shard, shards=shards)

    # ---- what is read first --------------------------------------------------------------

    async def _load(self, books: Sequence[BookKey]) -> None:
        hearing = self._hearing
        if hearing is None or hearing.is_over:
            return
        load = _Load(frozenset(books))
        self._loads.add(load)
        try:
            asked = await self._source.ask(books)
        except Unavailable:
            _log.warning("books cannot be read from the engine's process; the store has them")
            self.miss()
            return
        finally:
            self._loads.discard(load)
        if hearing is not self._hearing or hearing.is_over or asked.epoch != self._epoch:
            return
        await self._show_halts(asked.halts)
        for view in asked.views:
            await self._keep(view, load)

    async def _keep(self, view: BookView, load: _Load) -> None:
        if self.shown.view(view.book, 0) is not None:
            return  # another reader has asked for it too
        await self.shown.publish(view)
        self._kept[view.book] = None
        for news in load.heard:
            if news.book == view.book:
                await self._change(news)
        if len(self._kept) > self._most:
            self.shown.drop(self._kept.popitem(last=False)[0])

    # ---- the port ------------------------------------------------------------------------

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        for start in range(0, len(books), _AT_ONCE):
            await self._load(books[start : start + _AT_ONCE])
        views = {book: self.shown.view(book, depth) for book in books}
        rest = [book for book, view in views.items() if view is None]
        for stored in await self._stored.views(rest, depth) if rest else ():
            views[stored.book] = stored
        return [view for book in books if (view := views[book]) is not None]
