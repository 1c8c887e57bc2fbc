"""The published books of an engine in another process."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...ports.book_views import StoredBooks
from ...ports.language.errors import Unavailable
from ...ports.language.market import BookKey, BookView
from ...ports.tenure import Tenure
from ..memory.book_views import MemoryBookViews
from .book_messages import (
    AskedBooks,
    ChangedBook,
    Halted,
    Here,
    WholeBook,
    decode_asked,
    decode_news,
    encode,
)
from .network import Network
from .subjects import asked_books_subject

_log = logging.getLogger(__name__)

_SILENCE = 3.0
"""Seconds without a word from the engine's process after which its books may be others'."""
_TIMEOUT = 1.0
"""Seconds to wait for books that were asked for."""
_AT_ONCE = 200
"""How many books are asked for in one request."""
_MOST = 50_000
"""How many books are kept."""


class Hearing(Tenure):
    """The time during which the engine's process is heard, and nothing was missed."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._has_ended = False
        self.extend()

    @property
    def is_over(self) -> bool:
        """Whether a message was missed, or there was none for too long."""
        return self._has_ended or asyncio.get_running_loop().time() >= self._until

    def extend(self) -> None:
        """Let it last, because the process was heard."""
        self._until = asyncio.get_running_loop().time() + self._silence

    def end(self) -> None:
        """Let it be over for good."""
        self._has_ended = True


@dataclass(eq=False, slots=True)
class _Load:
    """Books that were asked for, and what was heard of them meanwhile."""

    books: frozenset[BookKey]
    heard: list[WholeBook | ChangedBook] = field(default_factory=list)


class BookMirror(StoredBooks):
    """Keeps the books that somebody reads as the engine's process publishes them.

    A book is asked for when it is read first, and follows the messages from then on. After a
    missed message all books are dropped, and asked for again with the next word of the engine's
    process. While there is none, readers get the stored books.
    """

    def __init__(
        self,
        network: Network,
        stored: StoredBooks,
        *,
        prefix: str,
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
        self._network = network
        self._stored = stored
        self._subject = asked_books_subject(prefix, shard, shards=shards)
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

    async def hear(self, item: bytes) -> None:
        """Follow a message of the engine's process."""
        news = decode_news.decode(item)
        if self._is_paused or news.epoch < self._epoch:
            return
        hearing = self._hearing
        if isinstance(news, Here):
            if hearing is None or hearing.is_over or news.epoch > self._epoch:
                await self._begin(news)
            else:
                hearing.extend()
        elif news.epoch == self._epoch and hearing is not None and not hearing.is_over:
            await self._follow(news)

    def miss(self) -> None:
        """Drop all books, because a message may be lost."""
        if self._hearing is not None:
            self._hearing.end()

    async def _begin(self, here: Here) -> None:
        self._forget()
        self._epoch = here.epoch
        self._hearing = Hearing(self._silence)
        await self.shown.begin(self._shard, self._shards, here.begun, self._hearing)

    def _forget(self) -> None:
        self.miss()
        self._hearing = None
        self._halts_version = 0
        self._kept.clear()
        self._loads.clear()

    async def _follow(self, news: WholeBook | ChangedBook | Halted) -> None:
        if isinstance(news, Halted):
            await self._show_halts(news)
            return
        book = _book_of(news)
        for load in self._loads:
            if book in load.books:
                load.heard.append(news)
        await self._change(news)

    async def _change(self, news: WholeBook | ChangedBook) -> None:
        """Change a book that is mirrored. The news may be older than the book."""
        book = _book_of(news)
        view = self.shown.view(book, 0)
        if view is None:
            return
        if isinstance(news, WholeBook):
            if news.seq >= view.seq:
                await self.shown.publish(news.view)
        elif news.change.seq == view.seq + 1:
            await self.shown.apply(news.change)
        elif news.change.seq > view.seq:
            _log.warning("changes of a book were missed; the books are read again")
            self.miss()

    async def _show_halts(self, halted: Halted) -> None:
        if halted.version > self._halts_version:
            self._halts_version = halted.version
            shard, shards = self._shard, self._shards
            await self.shown.show_halts(halted.halts, shard=shard, shards=shards)

    # ---- what is read first --------------------------------------------------------------

    async def _load(self, books: Sequence[BookKey]) -> None:
        hearing = self._hearing
        if hearing is None or hearing.is_over:
            return
        load = _Load(frozenset(books))
        self._loads.add(load)
        try:
            asked = await self._ask(books)
        except Unavailable:
            _log.warning("books cannot be read from the engine's process; the store has them")
            self.miss()
            return
        finally:
            self._loads.discard(load)
        if hearing is not self._hearing or hearing.is_over or asked.halted.epoch != self._epoch:
            return
        await self._show_halts(asked.halted)
        for whole in asked.books:
            await self._keep(whole, load)

    async def _ask(self, books: Sequence[BookKey]) -> AskedBooks:
        payload = encode(tuple(books))
        answer = await self._network.request(self._subject, payload, timeout=_TIMEOUT)
        return decode_asked.decode(answer)

    async def _keep(self, whole: WholeBook, load: _Load) -> None:
        if self.shown.view(whole.book, 0) is not None:
            return  # another reader has asked for it too
        await self.shown.publish(whole.view)
        self._kept[whole.book] = None
        for news in load.heard:
            if _book_of(news) == whole.book:
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


def _book_of(news: WholeBook | ChangedBook) -> BookKey:
    return news.book if isinstance(news, WholeBook) else news.change.book
