"""The published books of an engine in another process."""

import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ...ports.book_views import StoredBooks
from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.market import BookChanges, BookKey, BookView
from ..memory.book_views import MemoryBookViews, Publication
from .hearing import Hearing

_log = logging.getLogger(__name__)

_SILENCE = 3.0
"""Seconds without a word from the engine's process after which its books may be others'."""
_AT_ONCE = 200
"""How many books are asked for in one request."""
_TRIES = 3
"""How often books are read if the engine's process is heard anew meanwhile."""
_MOST = 50_000
"""How many books are kept."""


@dataclass(frozen=True, slots=True)
class StandingHalts:
    """All halts of a shard that stand."""

    version: int
    """It rises whenever the engine's process tells of them."""
    halts: tuple[Halt, ...]


@dataclass(frozen=True, slots=True)
class AskedBooks:
    """Some books as they are now. Some may be missing."""

    epoch: int
    views: Sequence[BookView]
    missing: Collection[BookKey] = ()
    """Those that will be told whole when they are published."""
    halts: StandingHalts | None = None
    """What stands, unless that is told with every word of the engine's process."""


class BookSource(Protocol):
    """Where the books of an engine in another process are read."""

    async def ask(self, books: Sequence[BookKey]) -> AskedBooks:
        """Return books with all levels, to be followed from then on. Raises Unavailable."""
        ...

    async def find(self, books: Sequence[BookKey], depth: int | None) -> Mapping[BookKey, BookView]:
        """Return the books that can be read although their engine is not heard at the moment."""
        ...


@dataclass(eq=False, slots=True)
class _Load:
    """Books that were asked for, and what was heard of them meanwhile."""

    books: frozenset[BookKey]
    heard: list[Publication] = field(default_factory=list)


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
        self._begun: int | None = None
        """The number with which the engine began that was heard last."""
        self._hearing: Hearing | None = None
        self._halts_version = 0
        self._kept: OrderedDict[BookKey, int] = OrderedDict()
        """The last known number of books that are mirrored or were, or were found, in the order in
        which they were read."""
        self._missing: set[BookKey] = set()
        """Books that were asked for and are not published yet."""
        self._loads: set[_Load] = set()
        self._is_paused = False

    # ---- the engine of this process ------------------------------------------------------

    def pause(self, epoch: int) -> None:
        """Mirror nothing, because this process has the engine in this epoch."""
        self._is_paused = True
        self._epoch = max(self._epoch, epoch)
        self._forget()
        self._begun = None
        self._kept.clear()

    def resume(self) -> None:
        """Mirror the engine that is heard next."""
        self._is_paused = False

    # ---- what is heard -------------------------------------------------------------------

    async def hear_engine(self, epoch: int, begun: int) -> None:
        """Note that an engine publishes, which began with the sequence number `begun`."""
        if self._is_paused or epoch < self._epoch:
            return
        if self._current() is None or epoch > self._epoch:
            await self._begin(epoch, begun)
        elif self._hearing is not None:
            self._hearing.extend()

    def wants(self, book: BookKey) -> bool:
        """Return whether anybody here has asked for a book, so that it is to be heard of."""
        return (
            book in self._missing
            or any(book in load.books for load in self._loads)
            or self.shown.view(book, 0) is not None
        )

    async def hear_book(self, epoch: int, news: Publication) -> None:
        """Follow a book."""
        if self.follows(epoch):
            for load in self._loads:
                if news.book in load.books:
                    load.heard.append(news)
            await self._change(news)

    async def hear_halts(self, epoch: int, halts: StandingHalts) -> None:
        """Show halts, unless later ones are shown."""
        if self.follows(epoch):
            await self._show_halts(halts)

    def follows(self, epoch: int) -> bool:
        """Return whether the engine in this epoch runs elsewhere and is heard at the moment."""
        return self._current() is not None and not self._is_paused and epoch == self._epoch

    def _current(self) -> Hearing | None:
        hearing = self._hearing
        return None if hearing is None or hearing.is_over else hearing

    def miss(self) -> None:
        """Drop all books, because a message may be lost."""
        if self._hearing is not None:
            self._hearing.end()

    async def _begin(self, epoch: int, begun: int) -> None:
        self._forget()
        self._epoch, self._begun = epoch, begun
        self._hearing = Hearing(self._silence)
        self.shown.mirror(self._shard, self._shards, self._hearing)

    def _forget(self) -> None:
        self.miss()
        self._hearing = None
        self._halts_version = 0
        self._missing.clear()
        self._loads.clear()

    async def _change(self, news: Publication) -> None:
        """Change a book that is mirrored. The news may be older than the book."""
        view = self.shown.view(news.book, 0)
        if view is None:
            await self._appear(news)
        elif isinstance(news, BookView):
            if news.seq > view.seq or (news.seq == view.seq and not self._has(news)):
                await self._show(news)
        elif news.first_seq <= view.seq + 1 <= news.seq:
            if news.first_seq <= view.seq:  # a part of what was merged is known
                news = BookChanges(news.book, view.seq + 1, news.seq, news.levels)
            await self.shown.apply(news)
            self._kept[news.book] = news.seq
        elif news.seq > view.seq:
            self._miss_changes()

    def _has(self, news: BookView) -> bool:
        """Return whether a book is as it is shown, so that those who follow it need not hear."""
        view = self.shown.view(news.book)
        return view is not None and (view.bids, view.asks) == (news.bids, news.asks)

    async def _appear(self, news: Publication) -> None:
        """Show a book that was asked for before it was published."""
        if news.book in self._missing:
            if isinstance(news, BookView):
                await self._show(news)
            else:
                self._miss_changes()

    def _miss_changes(self) -> None:
        _log.warning("changes of a book were missed; the books are read again")
        self.miss()

    async def _show(self, view: BookView) -> None:
        self._missing.discard(view.book)
        await self.shown.publish(view)
        self._note(view)

    def _note(self, view: BookView) -> None:
        """Keep the number of a book, and no longer the book that was read the longest ago."""
        self._kept[view.book] = view.seq
        while len(self._kept) > self._most:
            self.shown.drop(self._kept.popitem(last=False)[0])

    async def _show_halts(self, standing: StandingHalts) -> None:
        if standing.version > self._halts_version:
            self._halts_version = standing.version
            if standing.halts != self.shown.halts_of(self._shard):
                shard, shards = self._shard, self._shards
                await self.shown.show_halts(standing.halts, shard=shard, shards=shards)

    # ---- what is read first --------------------------------------------------------------

    async def _load(self, books: Sequence[BookKey]) -> None:
        hearing = self._current()
        if hearing is None:
            return
        load = _Load(frozenset(books))
        self._loads.add(load)
        try:
            asked = await self._source.ask(books)
        except Unavailable:
            _log.warning("books cannot be read from the engine's process; the store has them")
            if hearing is self._hearing:
                self.miss()
            return
        finally:
            self._loads.discard(load)
        if hearing is not self._current():
            return
        if asked.epoch != self._epoch:
            self.miss()
            return
        if asked.halts is not None:
            await self._show_halts(asked.halts)
        behind = {view.book for view in asked.views if self._is_behind(view)}
        for view in asked.views:
            if view.book not in behind:
                await self._keep(view, load)
        for book in (*asked.missing, *behind):
            await self._miss_book(book, load)

    async def _keep(self, view: BookView, load: _Load) -> None:
        if self.shown.view(view.book, 0) is not None:
            return  # another reader has asked for it too
        self._kept.pop(view.book, None)
        await self._show(view)
        await self._catch_up(view.book, load)

    async def _miss_book(self, book: BookKey, load: _Load) -> None:
        if self.shown.view(book, 0) is not None:
            return
        self._missing.add(book)
        await self._catch_up(book, load)
        if len(self._missing) > self._most:
            self.miss()  # which forgets them

    async def _catch_up(self, book: BookKey, load: _Load) -> None:
        """Make the changes that were heard while the book was read."""
        for news in load.heard:
            if news.book == book:
                await self._change(news)

    # ---- the port ------------------------------------------------------------------------

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        views: Mapping[BookKey, BookView] = {}
        for _ in range(_TRIES):
            hearing = self._hearing
            views = await self._views(books, depth)
            if hearing is self._hearing:
                break
            # An engine was heard meanwhile, whose books have to be followed from now on. If it is
            # heard anew again and again, its followers read the books again in any case.
        return [view for book in books if (view := views.get(book)) is not None]

    async def _views(
        self, books: Sequence[BookKey], depth: int | None
    ) -> Mapping[BookKey, BookView]:
        for start in range(0, len(books), _AT_ONCE):
            await self._load(books[start : start + _AT_ONCE])
        views = self._shown(books, depth)
        if len(views) < len(books) and self._current() is None and not self._is_paused:
            rest = [book for book in books if book not in views]
            for found in (await self._source.find(rest, depth)).values():
                if not self._is_behind(found):
                    views[found.book] = found
                    self._note(found)
        rest = [book for book in books if book not in views]
        for stored in await self._stored.views(rest, depth) if rest else ():
            views[stored.book] = self._numbered(stored)
        return views

    def _is_behind(self, view: BookView) -> bool:
        """Return whether the source has lost a later state, which it will publish again."""
        return view.seq < self._kept.get(view.book, 0)

    def _shown(self, books: Collection[BookKey], depth: int | None) -> dict[BookKey, BookView]:
        views = ((book, self.shown.view(book, depth)) for book in books)
        return {book: view for book, view in views if view is not None}

    def _numbered(self, stored: BookView) -> BookView:
        """Return a stored view with no higher number than the engine may publish next."""
        known = [self._begun, self._kept.get(stored.book)]
        last = max((number for number in known if number is not None), default=stored.seq)
        return stored if stored.seq <= last else replace(stored, seq=last)
