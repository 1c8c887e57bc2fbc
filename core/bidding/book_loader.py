"""Load books from the store: those that a batch needs at once, the others in the background."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence

from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable, with_cause
from ...ports.language.market import BookKey, Quote, shard_of
from .publishing import Publisher
from .shard import Shard
from .stored import LoadedBooks, Owners, Wanted

_log = logging.getLogger(__name__)

_AT_ONCE = 100
"""The number of quotes to load before commands get a turn, unless one book has more."""
_PAUSE = 0.002
"""Seconds reserved for commands after each portion, at least: as long as loading it took."""
_AGAIN = 1.0
"""Seconds until the next try if the store did not answer."""


class BookLoader(LoadedBooks):
    """Loads the books of one shard, and has each of them published.

    Only the engine writes a book, and it loads the book first. So a book that is not loaded cannot
    change, and can be read while batches run. The exception is a failed batch: what was read
    before the failure may be stale and is discarded.
    """

    def __init__(
        self,
        books: Books,
        shard: Shard,
        publisher: Publisher,
        clock: Clock,
        *,
        number: int,
        shards: int,
    ) -> None:
        """Create the loader of shard `number` of `shards`."""
        self._store = books
        self._shard = shard
        self._publisher = publisher
        self._clock = clock
        self._number, self._shards = number, shards
        self._missing: dict[BookKey, int] = {}
        """Books to load, each with its number of resting quotes when listed (0 after a failure)."""
        self._is_listed = False
        """Whether every book with resting quotes is loaded or in `_missing`."""
        self._listing = asyncio.Lock()
        self._doubts = 0
        """The number of batches that have failed."""
        self._may_load = asyncio.Event()
        """Cleared when nothing is missing, and while the outcome of a failed batch is unknown."""
        self._may_load.set()
        self._loaded = asyncio.Event()

    # ---- what a batch needs --------------------------------------------------------------

    @property
    def owners(self) -> Owners:
        """Finds the owners of the quotes that an incoming quote reaches in a loaded book."""
        return self._shard.owners

    def is_own(self, book: BookKey) -> bool:
        """Return whether a book belongs to this shard."""
        return self._shards == 1 or shard_of(book, self._shards) == self._number

    async def load(self, wanted: Wanted) -> None:
        """Load the requested books that are not loaded yet, in one query. Raises Unavailable.

        If every book is requested, they are read in portions.
        """
        if self._loaded.is_set():
            return
        if wanted.every_book:
            await self._list_missing()
            while self._missing:
                await self._read(self._portion())
        books = [*wanted.bids, *wanted.asks, *wanted.books]
        await self._read([book for book in books if self._is_missing(book)])

    def _is_missing(self, book: BookKey) -> bool:
        if self._is_listed:
            return book in self._missing
        return book not in self._shard.books

    async def _read(self, books: Collection[BookKey]) -> None:
        if books:
            self._enter(books, await self._store.resting_in({*books}))

    def _enter(self, books: Iterable[BookKey], quotes: Sequence[Quote]) -> None:
        """Put books that were read into memory, unless they were loaded in the meantime."""
        resting: dict[BookKey, list[Quote]] = {book: [] for book in books}
        for quote in quotes:
            resting[quote.book].append(quote)
        for book, theirs in resting.items():
            self._missing.pop(book, None)
            if book not in self._shard.books:
                # All quotes of the book share one key object.
                key = theirs[0].book if theirs else book
                self._publisher.note_loaded(self._shard.add_book(key, theirs))
        self._note_whether_loaded()

    async def read_halts(self) -> None:
        """Load the standing halts, and the asks that wait for their end. Raises Unavailable."""
        halts = await self._store.standing_halts()
        self._shard.have_halts(halts, await self._store.waiting(self._number, self._shards))

    # ---- in the background ---------------------------------------------------------------

    async def wait(self) -> None:
        """Wait until every book is loaded."""
        await self._loaded.wait()

    async def run(self) -> None:
        """Load all books, and reload those that a failed batch touched, until cancelled."""
        while True:
            await self._may_load.wait()
            begun = self._clock.elapsed()
            try:
                more = await self.load_more()
                took = self._clock.elapsed() - begun
                pause = min(max(_PAUSE, took), _AGAIN) if more else None
            except Unavailable as error:
                _log.warning("books are not loaded yet: %s", with_cause(error))
                pause = _AGAIN
            except Exception:  # noqa: BLE001  # a defect; commands still load the books they need
                _log.exception("books cannot be loaded; trying again")
                pause = _AGAIN
            if pause is None:
                self._may_load.clear()
            else:
                await self._clock.sleep(pause)

    async def load_more(self) -> bool:
        """Load one portion of the missing books; return whether any remain. Raises Unavailable."""
        await self._list_missing()
        if self._missing:
            doubts, portion = self._doubts, self._portion()
            quotes = await self._store.resting_in(portion)
            if doubts == self._doubts:
                self._enter(portion, quotes)
        return bool(self._missing)

    async def list_books(self) -> set[BookKey]:
        """Return every book that is loaded or has quotes. Raises Unavailable."""
        await self._list_missing()
        waiting = (ask.book for ask in self._shard.all_waiting())
        return {*self._shard.books, *self._missing, *waiting}

    async def _list_missing(self) -> None:
        """Find out which books are missing, unless that is known. Raises Unavailable."""
        if self._is_listed:
            return
        async with self._listing:
            if not self._is_listed:
                found = await self._store.books(self._number, self._shards)
                self._missing |= {b: n for b, n in found.items() if b not in self._shard.books}
                self._is_listed = True
                self._note_whether_loaded()

    def _portion(self) -> set[BookKey]:
        portion: set[BookKey] = set()
        quotes = 0
        for book, count in self._missing.items():
            quotes += count
            if portion and quotes > _AT_ONCE:
                break
            portion.add(book)
        return portion

    # ---- after a batch failed ------------------------------------------------------------

    def doubt(self, books: Iterable[BookKey]) -> None:
        """Pause loading until the outcome of the failed batch is known, then reload these books."""
        self._doubts += 1
        self._missing |= dict.fromkeys(books, 0)
        self._may_load.clear()
        self._loaded.clear()

    def resume(self) -> None:
        """Resume loading, because the outcome of the failed batch is known."""
        self._may_load.set()
        self._note_whether_loaded()

    def _note_whether_loaded(self) -> None:
        if self._is_listed and not self._missing and not self._loaded.is_set():
            self._loaded.set()
            self._publisher.note_complete()
