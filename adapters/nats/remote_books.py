"""The published books of an engine in another process, as they are asked for and heard."""

from collections.abc import Mapping, Sequence

from ...ports.language.market import BookKey, BookView
from ..streams.book_mirror import AskedBooks, BookMirror, BookSource
from ..streams.channel import Hear
from .book_messages import ChangedBook, Halted, Here, WholeBook, decode_asked, decode_news, encode
from .network import Network
from .subjects import asked_books_subject

_TIMEOUT = 1.0
"""Seconds to wait for books that were asked for."""


class RemoteBooks(BookSource):
    """Asks the process with the engine of a shard."""

    def __init__(self, network: Network, *, prefix: str, shard: int = 0, shards: int = 1) -> None:
        self._network = network
        self._subject = asked_books_subject(prefix, shard, shards=shards)

    async def ask(self, books: Sequence[BookKey]) -> AskedBooks:
        payload = encode(tuple(books))
        answer = await self._network.request(self._subject, payload, timeout=_TIMEOUT)
        asked = decode_asked.decode(answer)
        views = [book.view for book in asked.books]
        return AskedBooks(asked.halted.epoch, views, halts=asked.halted.standing)

    async def find(self, books: Sequence[BookKey], depth: int | None) -> Mapping[BookKey, BookView]:
        return {}


def heard_by(mirror: BookMirror) -> Hear:
    """Return what lets a mirror follow the messages of an engine's process."""

    async def hear(item: bytes) -> None:
        match decode_news.decode(item):
            case Here(epoch, begun):
                await mirror.hear_engine(epoch, begun)
            case WholeBook() as whole:
                await mirror.hear_book(whole.epoch, whole.view)
            case ChangedBook(epoch, change):
                await mirror.hear_book(epoch, change)
            case Halted() as halted:
                await mirror.hear_halts(halted.epoch, halted.standing)

    return hear
