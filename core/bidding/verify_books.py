"""Verify books."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ...ports.book_views import BookViews, StoredBooks
from ...ports.clock import Clock
from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.halts import Halt
from ...ports.language.integrity import BookRecord, Finding, Progress
from ...ports.language.market import BookKey, BookView
from .match_consistency import book_findings, view_findings, view_of

_PAGE = 50
_DEPTH = 1_000_000_000
"""More levels than a book has."""

PAUSES = (0.0,) * 10 + (0.1,) * 20
"""Three seconds, within which a publisher that is up has published."""


@dataclass(frozen=True, slots=True)
class VerifyBooks(Verifier):
    """Checks that no book is crossed, and that the published books are the stored quotes.

    A book is published after its commit. One that differs from the store is read again, there and
    in the store, until both are equal or `pauses` (in seconds) are over.
    """

    book_views: BookViews
    stored_books: StoredBooks
    clock: Clock
    pauses: Sequence[float] = PAUSES

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and what is wrong with a book. Raises Unavailable."""
        total, done = (await snapshot.size()).products, 0
        halts = await snapshot.halts()
        yield Progress("books", 0, total)
        after, page = await snapshot.books(None, _PAGE, self.clock.now())
        while after is not None:
            for record in page:
                for finding in book_findings(record):
                    yield finding
                for finding in await self._published(record, halts):
                    yield finding
            done = min(total, done + _PAGE)
            yield Progress("books", done, total)
            after, page = await snapshot.books(after, _PAGE, self.clock.now())
        yield Progress("books", total, total)

    async def _published(self, record: BookRecord, halts: Sequence[Halt]) -> Sequence[Finding]:
        published = await self.book_views.get(record.book, _DEPTH)
        halted = any(halt.covers(record.book) for halt in halts)
        stored = view_of(record, published.seq, halted=halted)
        found = list(view_findings(stored, published))
        for pause in self.pauses if found else ():
            await self.clock.sleep(pause)
            found = list(view_findings(*await self._again(record.book)))
            if not found:
                break
        return found

    async def _again(self, book: BookKey) -> tuple[BookView, BookView]:
        """Return the book as stored and as published now."""
        [stored] = await self.stored_books.views([book], None)
        return stored, await self.book_views.get(book, _DEPTH)
