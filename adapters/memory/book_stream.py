"""Streams changes of order books from the views in memory."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from operator import attrgetter

from ...ports.book_stream import BookReader, BookStream
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.market import BookChange, BookChanges, BookKey, BookView
from ...ports.language.streams import FellBehind
from .book_views import MemoryBookViews, Publication

_seq = attrgetter("seq")
_MAX_PENDING = 1_000
"""The maximum of buffered changes of one book. Beyond it, readers get the complete view."""


class MemoryBookStream(BookStream):
    """Receives every publication, and sends it to a book's readers at most once per interval.

    A publication costs the engine the same for any number of readers: a look-up, and an append if
    anybody follows the book. The first change after a quiet interval is sent at once, later ones
    together.
    """

    def __init__(
        self,
        views: MemoryBookViews,
        clock: Clock,
        *,
        interval: timedelta,
        queue: int,
        depth: int | None = None,
    ) -> None:
        """Follow `views`; up to `queue` items wait for each reader. Raises ValueError.

        With a `depth`, a view has only so many of the best levels a side.
        """
        if interval < timedelta(0) or queue < 1:
            raise ValueError(
                f"need an interval of at least 0 and a queue of at least 1: {interval}, {queue}"
            )
        self.views = views
        self.clock = clock
        self.interval = interval
        self.depth = depth
        self._queue = queue
        self._followed: dict[BookKey, _FollowedBook] = {}
        views.watch(self._hear)
        views.watch_all(self._hear_of_all)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[BookReader]:
        reader = MemoryBookReader(self, self._queue)
        try:
            yield reader
        finally:
            reader.end()

    def join(self, book: BookKey, reader: "MemoryBookReader", view: BookView) -> None:
        """Let a reader follow a book whose current view is `view`."""
        followed = self._followed.get(book)
        if followed is None:
            followed = self._followed[book] = _FollowedBook(self, book)
        followed.join(reader, view)

    def part(self, book: BookKey, reader: "MemoryBookReader") -> None:
        """Let a reader stop following a book."""
        followed = self._followed.get(book)
        if followed is not None and followed.part(reader):
            del self._followed[book]

    def _hear(self, publication: Publication) -> None:
        followed = self._followed.get(publication.book)
        if followed is not None:
            followed.hear(publication)

    def _hear_of_all(self) -> None:
        for followed in self._followed.values():
            followed.hear_of_all()


class MemoryBookReader(BookReader):
    """A bounded queue for one reader."""

    def __init__(self, stream: MemoryBookStream, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._books: dict[BookKey, object] = {}
        """The followed books, each with a unique mark per time that it is followed."""
        self._waiting: deque[BookView | BookChanges] = deque()
        self._news = asyncio.Event()
        self._fell_behind = False

    async def follow(self, book: BookKey) -> None:
        self.leave(book)
        if self._fell_behind:
            return
        mark = self._books[book] = object()
        view = await self._stream.views.whole(book, self._stream.depth)
        if self._books.get(book) is mark:
            self._stream.join(book, self, view)

    def leave(self, book: BookKey) -> None:
        if self._books.pop(book, None) is not None:
            self._stream.part(book, self)
            self._waiting = deque(news for news in self._waiting if news.book != book)

    async def next(self) -> BookView | BookChanges:
        while not self._waiting:
            if self._fell_behind:
                raise FellBehind
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    def tell(self, news: BookView | BookChanges) -> None:
        """Queue an item. If the queue is full, end the stream instead."""
        if len(self._waiting) >= self._limit:
            self._fell_behind = True
            self.end()
        else:
            self._waiting.append(news)
        self._news.set()

    def end(self) -> None:
        """Leave every book."""
        self._waiting.clear()
        for book in self._books:
            self._stream.part(book, self)
        self._books.clear()


class _FollowedBook:
    """A book with readers, and the changes that are not sent to them yet."""

    __slots__ = (
        "_book",
        "_due",
        "_epoch",
        "_halted",
        "_pending",
        "_readers",
        "_stream",
        "_telling",
    )

    def __init__(self, stream: MemoryBookStream, book: BookKey) -> None:
        self._stream = stream
        self._book = book
        self._readers: dict[MemoryBookReader, tuple[int, int]] = {}
        """The epoch and the seq that each reader got last."""
        self._epoch = 0
        """How often the complete view was published. Changes apply to that view only."""
        self._halted = stream.views.is_halted(book)
        self._pending: list[BookChange | BookChanges] = []
        """The changes of this epoch that are not sent yet."""
        self._due = stream.clock.elapsed()
        self._telling: asyncio.Task[None] | None = None

    def join(self, reader: MemoryBookReader, view: BookView) -> None:
        self._readers[reader] = self._epoch, view.seq
        reader.tell(view)

    def part(self, reader: MemoryBookReader) -> bool:
        """Remove a reader and return whether it was the last."""
        self._readers.pop(reader, None)
        if not self._readers and self._telling is not None:
            self._telling.cancel()
        return not self._readers

    def hear(self, publication: Publication) -> None:
        if isinstance(publication, BookView) or len(self._pending) >= _MAX_PENDING:
            self._restart()
        else:
            self._pending.append(publication)
            self._schedule_sending()

    def hear_of_all(self) -> None:
        """Send the complete view if the book was halted or opened, or its view was dropped."""
        halted = self._stream.views.is_halted(self._book)
        if halted != self._halted or self._stream.views.view(self._book, 0) is None:
            self._halted = halted
            self._restart()

    def _restart(self) -> None:
        self._epoch += 1
        self._pending.clear()
        self._schedule_sending()

    def _schedule_sending(self) -> None:
        if self._telling is None:
            self._telling = asyncio.create_task(self._send_when_due())

    async def _send_when_due(self) -> None:
        # Sleep even if it is due at once, so that the engine continues first.
        wait = self._due - self._stream.clock.elapsed()
        await self._stream.clock.sleep(max(0.0, wait))
        self._telling = None
        self._due = self._stream.clock.elapsed() + self._stream.interval.total_seconds()
        epoch = self._epoch
        with suppress(Unavailable):  # the book is sent when it is published
            view = await self._stream.views.whole(self._book, self._stream.depth)
            if epoch == self._epoch:  # otherwise another task sends the new epoch
                self._tell(view)

    def _tell(self, view: BookView) -> None:
        now = self._epoch, view.seq
        merged: dict[int, BookChanges] = {}
        for reader, told in tuple(self._readers.items()):
            if told == now:
                continue
            epoch, seq = told
            if epoch != self._epoch or not self._pending:
                news: BookView | BookChanges = view
            else:
                if seq not in merged:
                    missing = bisect_right(self._pending, seq, key=_seq)
                    merged[seq] = BookChanges.merge(self._pending[missing:])
                news = merged[seq]
            self._readers[reader] = now
            reader.tell(news)
        self._pending.clear()
