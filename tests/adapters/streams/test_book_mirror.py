"""A mirror of books, whose source and messages the test decides."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.streams.book_mirror import AskedBooks, BookMirror, BookSource
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import (
    BookKey,
    BookView,
    PriceLevel,
)

from ...ports.book_stream.followed import INTERVAL, soon
from ...ports.records import Records
from ...ports.small_books import change, merged, whole

EPOCH, BEGUN = 1, 5


@dataclass
class Source(BookSource):
    """An engine's process, which answers when it may."""

    published: dict[BookKey, BookView] = field(default_factory=dict)
    epoch: int = EPOCH
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[BookKey] = field(default_factory=list)
    is_away: bool = False

    async def ask(self, books: Sequence[BookKey]) -> AskedBooks:
        self.asked += books
        views = [self.published[book] for book in books if book in self.published]
        missing = [book for book in books if book not in self.published]
        await self.may_answer.wait()
        if self.is_away:
            raise Unavailable(what="the source")
        return AskedBooks(self.epoch, views, missing)

    async def find(self, books: Sequence[BookKey], depth: int | None) -> Mapping[BookKey, BookView]:
        return {}


@dataclass
class Stored(StoredBooks):
    """Books with a bid of 50 and the number 9, read when they may be."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        await self.may_answer.wait()
        return [stored(book, 9) for book in books]


def stored(book: BookKey, seq: int) -> BookView:
    return BookView(book, seq, (PriceLevel(50, 1),))


@dataclass
class Mirrored:
    """A mirror, whose reads are answered at once unless a test waits with them."""

    source: Source = field(default_factory=Source)
    stored: Stored = field(default_factory=Stored)
    most: int = 100

    def __post_init__(self) -> None:
        self.source.may_answer.set()
        self.stored.may_answer.set()
        self.mirror = BookMirror(self.source, self.stored, most=self.most)

    async def heard(self, epoch: int = EPOCH) -> None:
        await self.mirror.hear_engine(epoch, BEGUN)

    async def publish(self, view: BookView) -> None:
        self.source.published[view.book] = view
        await self.mirror.hear_book(EPOCH, view)

    async def get(self, book: BookKey) -> BookView:
        return await self.mirror.shown.get(book, 10)


@pytest.fixture
async def one() -> Mirrored:
    return Mirrored()


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


async def test_merged_changes_apply_to_any_book_within_them(one: Mirrored, book: BookKey) -> None:
    await one.heard()
    one.source.published[book] = whole(book, 8)
    assert await one.get(book) == whole(book, 8)
    await one.mirror.hear_book(EPOCH, merged(book, 5, 8, 7))
    assert await one.get(book) == whole(book, 8)
    await one.mirror.hear_book(EPOCH, merged(book, 6, 10, 2))
    assert await one.get(book) == whole(book, 10, 2)
    await one.mirror.hear_book(EPOCH, merged(book, 11, 20, 3))
    assert await one.get(book) == whole(book, 20, 3)
    assert one.source.asked == [book]


async def test_a_reader_gets_merged_changes_from_where_it_is(
    one: Mirrored, book: BookKey, clock: VirtualClock
) -> None:
    await one.heard()
    one.source.published[book] = whole(book, 8)
    stream = MemoryBookStream(one.mirror.shown, clock, interval=INTERVAL, queue=5)
    async with stream.open() as reader:
        await reader.follow(book)
        await one.mirror.hear_book(EPOCH, merged(book, 6, 10, 2))
        await clock.advance(INTERVAL)
        assert await soon(reader.next()) == whole(book, 8)
        assert await soon(reader.next()) == merged(book, 9, 10, 2)


async def test_a_later_change_than_the_next_lets_all_books_be_read_again(
    one: Mirrored, book: BookKey
) -> None:
    await one.heard()
    await one.publish(whole(book, 8))
    assert await one.get(book) == whole(book, 8)
    await one.mirror.hear_book(EPOCH, merged(book, 10, 12, 2))
    one.source.published[book] = whole(book, 12, 2)
    await one.heard()
    assert await one.get(book) == whole(book, 12, 2)
    assert one.source.asked == [book, book]


async def test_what_is_heard_while_a_book_is_read_is_applied_to_it(
    one: Mirrored, book: BookKey
) -> None:
    await one.heard()
    one.source.published[book] = whole(book, 8)
    one.source.may_answer.clear()
    reading = asyncio.create_task(one.get(book))
    await asyncio.sleep(0)
    await one.mirror.hear_book(EPOCH, change(book, 8, 4))
    await one.mirror.hear_book(EPOCH, change(book, 9, 5))
    one.source.may_answer.set()
    assert await reading == whole(book, 9, 5)


async def test_a_book_that_is_stored_yet_is_shown_when_it_is_published(
    one: Mirrored, book: BookKey, clock: VirtualClock
) -> None:
    await one.heard()
    stream = MemoryBookStream(one.mirror.shown, clock, interval=INTERVAL, queue=5)
    async with stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == stored(book, BEGUN)
        await one.publish(whole(book, 8))
        await clock.advance(INTERVAL)
        assert await soon(reader.next()) == whole(book, 8)


async def test_a_change_of_a_book_that_is_stored_yet_lets_it_be_read_again(
    one: Mirrored, book: BookKey
) -> None:
    await one.heard()
    assert await one.get(book) == stored(book, BEGUN)
    one.source.published[book] = whole(book, 8)
    await one.mirror.hear_book(EPOCH, change(book, 8, 1))
    await one.heard()
    assert await one.get(book) == whole(book, 8)


async def test_an_engine_that_is_heard_while_the_store_answers_is_followed(
    one: Mirrored, book: BookKey
) -> None:
    one.stored.may_answer.clear()
    one.source.published[book] = whole(book, 8)
    reading = asyncio.create_task(one.get(book))
    await asyncio.sleep(0)
    await one.heard()
    one.stored.may_answer.set()
    assert await reading == whole(book, 8)
    await one.mirror.hear_book(EPOCH, change(book, 9, 4))
    assert await one.get(book) == whole(book, 9, 4)


async def test_numbers_of_stored_books_do_not_exceed_those_that_the_engine_goes_on_with(
    one: Mirrored, records: Records, book: BookKey
) -> None:
    other = records.book()
    assert await one.get(book) == stored(book, 9)
    await one.heard()
    await one.publish(whole(book, 6))
    assert (await one.get(book)).seq == 6
    await one.mirror.hear_book(EPOCH, change(book, 7, 4))
    one.mirror.miss()
    assert await one.get(book) == stored(book, 7)
    assert await one.get(other) == stored(other, BEGUN)


async def test_the_process_whose_engine_published_last_is_believed(
    one: Mirrored, book: BookKey
) -> None:
    await one.heard(epoch=2)
    one.source.published[book] = whole(book, 8)
    assert await one.get(book) == stored(book, BEGUN)  # of an engine that was overtaken
    one.source.epoch = 2
    await one.heard(epoch=2)
    assert await one.get(book) == whole(book, 8)
    await one.mirror.hear_book(1, change(book, 9, 4))
    assert await one.get(book) == whole(book, 8)


async def test_a_source_that_has_lost_the_last_changes_is_not_believed(
    one: Mirrored, book: BookKey
) -> None:
    await one.heard()
    await one.publish(whole(book, 8))
    assert await one.get(book) == whole(book, 8)
    await one.mirror.hear_book(EPOCH, change(book, 9, 4))
    one.mirror.miss()
    await one.heard()  # a replica took over that has not got change 9
    assert await one.get(book) == stored(book, 9)
    await one.publish(whole(book, 9, 4))
    assert await one.get(book) == whole(book, 9, 4)


async def test_while_the_source_is_away_the_store_answers(one: Mirrored, book: BookKey) -> None:
    await one.heard()
    one.source.is_away = True
    assert await one.get(book) == stored(book, BEGUN)
    one.source.is_away = False
    one.source.published[book] = whole(book, 8)
    await one.heard()
    assert await one.get(book) == whole(book, 8)


async def test_the_book_that_was_kept_longest_makes_room(records: Records) -> None:
    one = Mirrored(most=2)
    await one.heard()
    books = [records.book() for _ in range(3)]
    for book in books:
        await one.publish(whole(book, 8))
        assert await one.get(book) == whole(book, 8)
    assert [one.mirror.shown.view(book) is None for book in books] == [True, False, False]
    assert await one.get(books[0]) == whole(books[0], 8)


async def test_more_books_that_are_stored_yet_than_can_be_kept_are_all_read_again(
    records: Records,
) -> None:
    one = Mirrored(most=2)
    await one.heard()
    books = [records.book() for _ in range(3)]
    for book in books:
        assert await one.get(book) == stored(book, BEGUN)
    for book in books:
        await one.publish(whole(book, 8))
    await one.heard()
    assert await one.get(books[0]) == whole(books[0], 8)


async def test_a_reader_does_not_wait_until_the_engine_is_heard_without_a_loss(
    one: Mirrored, book: BookKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = one.stored.views

    async def slowly(books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        one.mirror.miss()
        await one.heard()
        await asyncio.sleep(0)
        return await views(books, depth)

    monkeypatch.setattr(one.stored, "views", slowly)
    await one.heard()
    one.source.is_away = True
    assert await soon(one.get(book)) == stored(book, BEGUN)
