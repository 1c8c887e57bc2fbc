"""Changing books, and helpers to read their streams."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.book_stream import BookReader, BookStream
from solebook.ports.book_views import BookViews
from solebook.ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    LevelChange,
    Side,
)

INTERVAL = timedelta(milliseconds=100)
QUEUE = 5
PATIENCE = 60.0
"""Seconds of real time after which something hangs."""


@dataclass
class Market:
    """Books that change, and a stream of their changes."""

    views: BookViews
    stream: BookStream
    clock: VirtualClock
    seqs: dict[BookKey, int] = field(default_factory=dict)

    async def change(self, book: BookKey, *levels: tuple[Side, int, int]) -> None:
        """Publish the next change of a book."""
        seq = self.seqs[book] = self.seqs.get(book, 0) + 1
        await self.views.apply(BookChange(book, seq, tuple(LevelChange(*one) for one in levels)))

    async def publish(self, view: BookView) -> None:
        self.seqs[view.book] = view.seq
        await self.views.publish(view)

    async def intervals(self, number: int = 1) -> None:
        for _ in range(number):
            await self.clock.advance(INTERVAL)


async def soon(work: Awaitable[BookView | BookChanges]) -> BookView | BookChanges:
    async with asyncio.timeout(PATIENCE):
        return await work


async def all_news(reader: BookReader) -> list[BookView | BookChanges]:
    """Return the items that wait for the reader."""
    news: list[BookView | BookChanges] = []
    while True:
        taking = asyncio.create_task(reader.next())
        for _ in range(3):
            await asyncio.sleep(0)
        if not taking.done():
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            return news
        news.append(taking.result())


def changes(book: BookKey, first_seq: int, seq: int, *levels: tuple[Side, int, int]) -> BookChanges:
    return BookChanges(book, first_seq, seq, tuple(LevelChange(*one) for one in levels))
