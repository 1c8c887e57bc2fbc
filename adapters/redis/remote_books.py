"""The published books of an engine in another process, as Redis has them."""

from collections.abc import Mapping, Sequence

from ...ports.language.errors import Unavailable
from ...ports.language.market import BookKey, BookView
from ..streams.book_mirror import AskedBooks, BookSource
from .book_reader import RedisBookReader
from .connection import REDIS


class RedisBooks(BookSource):
    """Reads what is published of one shard."""

    def __init__(self, reader: RedisBookReader) -> None:
        self._reader = reader

    async def ask(self, books: Sequence[BookKey]) -> AskedBooks:
        found = await self._reader.read(books, None)
        epochs = {found.markers[book].epoch for book in books if book in found.markers}
        if len(epochs) != 1:
            raise Unavailable(what=REDIS)  # nobody publishes the shard
        views = [found.views[book] for book in books if book in found.views]
        missing = [book for book in books if book not in found.views]
        return AskedBooks(epochs.pop(), views, missing)

    async def find(self, books: Sequence[BookKey], depth: int | None) -> Mapping[BookKey, BookView]:
        try:
            found = await self._reader.read(books, depth)
        except Unavailable:
            return {}
        return {book: found.views[book] for book in books if book in found.views}
