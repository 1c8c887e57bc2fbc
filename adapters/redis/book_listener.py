"""What an engine's process tells of its books, for the mirrors of another process."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..streams.book_mirror import BookMirror, StandingHalts
from .book_news import Here, Source, Told, decode

SILENCE = 2.0
"""Seconds without a word from the publisher after which its books may be others'."""
_LATE = 2
"""After how many words of the publisher a message is lost that can arrive late, on a cluster."""


@dataclass(slots=True)
class _Publisher:
    """What was heard of a shard's publisher."""

    source: Source
    number: int
    """All messages up to this one have arrived."""
    early: set[int] = field(default_factory=set)
    """The later ones that have arrived."""
    promised: deque[int] = field(default_factory=deque)
    """The last numbers that its last words had, the oldest first."""

    def arrived(self, number: int) -> None:
        self.early.add(number)
        while self.number + 1 in self.early:
            self.number += 1
            self.early.discard(self.number)
        self.early = {number for number in self.early if number > self.number}

    @property
    def has_gap(self) -> bool:
        return bool(self.early)


class BookListener:
    """Lets the mirror of each shard follow its publisher, and notices when a message is missing.

    One server sends messages in their order, so a gap is a lost message. A cluster may not: there
    a number is lost that is still missing at the second next word of the publisher.
    """

    def __init__(self, mirrors: Sequence[BookMirror], *, is_ordered: bool) -> None:
        """`is_ordered` tells whether messages arrive in the order in which they were sent."""
        self._mirrors = mirrors
        self._is_ordered = is_ordered
        self._publishers: dict[int, _Publisher] = {}

    async def hear(self, payload: bytes) -> None:
        """Follow a message."""
        message = decode.decode(payload)
        source = message.source
        if source.shards != len(self._mirrors):
            return  # of a process that was started with another number of them
        known = self._publishers.get(source.shard)
        if known is not None and source.epoch < known.source.epoch:
            return
        if isinstance(message, Here):
            await self._hear_publisher(message, known)
        elif known is not None and source == known.source:
            await self._hear_books(message, known)

    def miss(self) -> None:
        """Let all mirrors start over, because messages may be lost."""
        self._publishers.clear()
        for mirror in self._mirrors:
            mirror.miss()

    async def _hear_publisher(self, here: Here, known: _Publisher | None) -> None:
        source = here.source
        mirror = self._mirrors[source.shard]
        if known is None or source != known.source or self._has_lost(known, here.number):
            mirror.miss()
            self._publishers[source.shard] = _Publisher(source, here.number)
        await mirror.hear_engine(source.epoch, here.begun)
        await mirror.hear_halts(source.epoch, StandingHalts(here.mark, here.halts))

    def _has_lost(self, known: _Publisher, number: int) -> bool:
        if self._is_ordered:
            return known.number < number
        known.promised.append(number)
        return len(known.promised) > _LATE and known.number < known.promised.popleft()

    async def _hear_books(self, told: Told, known: _Publisher) -> None:
        known.arrived(told.number)
        mirror = self._mirrors[told.source.shard]
        if self._is_ordered and known.has_gap:
            del self._publishers[told.source.shard]
            mirror.miss()
            return
        epoch = told.source.epoch
        for book in told.books if mirror.follows(epoch) else ():
            key = book.key
            if mirror.wants(key):
                await mirror.hear_book(epoch, book.news(key))
