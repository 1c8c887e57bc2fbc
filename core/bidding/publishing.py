"""The public is shown what the engine committed."""

import logging
from collections.abc import Iterable

from ...ports.book_views import BookViews
from ...ports.language.errors import Unavailable
from ...ports.language.market import BookChange, BookKey, BookView, shard_of
from .shard import Shard

_log = logging.getLogger(__name__)


class Publisher:
    """Shows the books of one shard, and which of them are halted.

    What cannot be shown is shown whole a little later, for books and halts are the truth.
    """

    def __init__(self, views: BookViews, shard: Shard, *, number: int, shards: int) -> None:
        """Show the books of `shard`, which is the one with this number of so many."""
        self._views = views
        self._shard = shard
        self._number, self._shards = number, shards
        self._unpublished: dict[BookKey, None] = {}
        self._knows_published = False
        """Whether every book that was published before this engine began is published anew."""
        self._shows_halts = False

    @property
    def is_behind(self) -> bool:
        """Whether something is not shown yet."""
        return bool(self._unpublished) or not self._knows_published or not self._shows_halts

    def begin_anew(self, books: Iterable[BookKey]) -> None:
        """Show these books whole the next time, and the halts."""
        self._unpublished |= dict.fromkeys(books)
        self._shows_halts = False

    async def publish(self) -> None:
        """Show what the shard's batch changed, once that is committed, and what is left over."""
        news = {publication.book: publication for publication in self._shard.publications()}
        whole = self._unpublished.copy()
        self._unpublished |= dict.fromkeys(news)
        if self._shard.batch.halts:
            self._shows_halts = False
        try:
            await self._find_published()
            await self._show_halts()
            for key in tuple(self._unpublished):
                change = None if key in whole else news.get(key)
                await self._show(change or self._shard.view(key))
                del self._unpublished[key]
        except Unavailable as error:
            # Nor would the others be shown: trying each would only keep the callers waiting.
            _log.warning("%d books are not published yet: %s", len(self._unpublished), error)

    async def _find_published(self) -> None:
        """Have views replaced that an earlier engine left, also of books that are empty by now."""
        if self._knows_published:
            return
        for book in await self._views.books():
            if shard_of(book, self._shards) == self._number:
                self._unpublished[book] = None
        self._knows_published = True

    async def _show_halts(self) -> None:
        if not self._shows_halts:
            await self._views.show_halts(tuple(self._shard.halts))
            self._shows_halts = True

    async def _show(self, publication: BookView | BookChange) -> None:
        if isinstance(publication, BookView):
            await self._views.publish(publication)
        else:
            await self._views.apply(publication)
