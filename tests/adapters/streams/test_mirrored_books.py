"""Books of shards with an engine here, and of those with one elsewhere."""

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.streams.book_mirror import BookMirror, StandingHalts
from solebook.adapters.streams.mirrored_books import MirroredBookViews
from solebook.adapters.streams.mirrors import Mirrors
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.language.market import BookKey, BookView, shard_of

from ...ports.records import Records
from ...ports.small_books import change, whole
from .test_book_mirror import BEGUN, EPOCH, Source, Stored, stored

SHARDS = 2


class Process:
    def __init__(self) -> None:
        self.source, store = Source(), Stored()
        self.source.may_answer.set()
        store.may_answer.set()
        self.mirrors = Mirrors(
            SHARDS,
            lambda shard, shown: BookMirror(
                self.source, store, shard=shard, shards=SHARDS, shown=shown
            ),
        )
        self.views = MirroredBookViews(self.mirrors)


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def books(ids: SeededIds, clock: VirtualClock) -> list[BookKey]:
    """A book of each shard."""
    records, found = Records(ids=ids, clock=clock), dict[int, BookKey]()
    while len(found) < SHARDS:
        book = records.book()
        found[shard_of(book, SHARDS)] = book
    return [found[shard] for shard in range(SHARDS)]


async def test_books_of_an_engine_here_and_of_one_elsewhere_are_shown_together(
    process: Process, books: list[BookKey]
) -> None:
    here, elsewhere = books
    await process.views.begin(0, SHARDS, 7, Unlimited(), epoch=1)
    await process.views.publish(whole(here, 8))
    await process.views.apply(change(here, 9, 4))
    await process.mirrors.of_shards[1].hear_engine(EPOCH, BEGUN)
    process.source.published[elsewhere] = whole(elsewhere, 6)
    assert await process.views.best(books) == [whole(here, 9, 4), whole(elsewhere, 6)]
    assert process.source.asked == [elsewhere]


async def test_an_engine_here_replaces_what_was_heard_and_ends_for_the_next_one(
    process: Process, books: list[BookKey]
) -> None:
    book, mirror = books[0], process.mirrors.of_shards[0]
    await mirror.hear_engine(1, BEGUN)
    process.source.published[book] = whole(book, 6)
    assert await process.views.get(book, 10) == whole(book, 6)
    await process.views.begin(0, SHARDS, 7, Unlimited(), epoch=2)
    assert await process.views.get(book, 10) == stored(book, 7)
    await process.views.complete(0, SHARDS, 7)
    assert await process.views.get(book, 10) == BookView(book, 7)
    await mirror.hear_engine(2, BEGUN)  # itself
    await process.views.publish(whole(book, 8))
    assert await process.views.get(book, 10) == whole(book, 8)
    await process.views.end(0, SHARDS)
    await mirror.hear_engine(1, BEGUN)
    assert await process.views.get(book, 10) == stored(book, 9)
    process.source.epoch, process.source.published[book] = 3, whole(book, 10, 2)
    await mirror.hear_engine(3, 9)
    assert await process.views.get(book, 10) == whole(book, 10, 2)


async def test_halts_are_shown_once_and_never_older_ones(
    process: Process, books: list[BookKey], ids: SeededIds, clock: VirtualClock
) -> None:
    book, mirror = books[0], process.mirrors.of_shards[0]
    halt = Records(ids=ids, clock=clock).halt(book.product_id)
    told: list[bool] = []
    process.source.published[book] = whole(book, 6)
    process.views.shown.watch_all(lambda: told.append(True))
    await mirror.hear_engine(EPOCH, BEGUN)
    told.clear()
    for version in (1, 2, 3):
        await mirror.hear_halts(EPOCH, StandingHalts(version, (halt,)))
    await mirror.hear_halts(EPOCH, StandingHalts(2, ()))
    assert (await process.views.get(book, 10)).halted
    assert told == [True]
    await process.views.show_halts([], shard=0, shards=SHARDS)
    assert not (await process.views.get(book, 10)).halted
