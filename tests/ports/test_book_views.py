"""Contract of BookViews."""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.ports.book_views import BookViews, StoredBooks
from solebook.ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
    Size,
    shard_of,
)
from solebook.ports.tenure import Tenure

from .records import Records


class Until(Tenure):
    """A tenure that a test ends."""

    is_over = False


@pytest.fixture(params=["memory", "redis"])
async def views(request: pytest.FixtureRequest) -> AsyncIterator[BookViews]:
    if request.param == "memory":
        yield MemoryBookViews()
        return
    from .shared_books import books_of_two_processes

    async with books_of_two_processes(request.getfixturevalue("valkey_server")) as views:
        await views.complete(0, 1, 0)
        yield views


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


def levels(*quantities: tuple[int, int]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(price, quantity) for price, quantity in quantities)


def change(book: BookKey, seq: int, *changes: tuple[Side, int, int]) -> BookChange:
    return BookChange(book, seq, tuple(LevelChange(*level) for level in changes))


async def test_an_unknown_book_is_empty_at_seq_0(views: BookViews, book: BookKey) -> None:
    assert await views.get(book, 10) == BookView(book, 0)
    assert await views.best([book]) == [BookView(book, 0)]


async def test_a_published_view_is_read_up_to_a_depth(views: BookViews, book: BookKey) -> None:
    bids = levels((190, 1), (180, 3), (100, 2))
    asks = levels((200, 2), (1_000, 1), (2_000, 9))
    view = BookView(book, 7, bids, asks)
    await views.publish(view)
    assert await views.get(book, 10) == view
    assert await views.get(book, 3) == view
    assert await views.get(book, 2) == BookView(book, 7, bids[:2], asks[:2])


async def test_halted_books_are_shown_as_such_also_those_without_a_view(
    views: BookViews, records: Records
) -> None:
    product_id = records.product_id()
    shown, other = (BookKey(product_id, Size(size)) for size in ("9", "10"))
    elsewhere = records.book()
    await views.publish(BookView(shown, 7, levels((190, 1)), ()))
    await views.show_halts([records.halt(product_id)])
    assert await views.get(shown, 10) == BookView(shown, 7, levels((190, 1)), (), halted=True)
    assert await views.best([other, elsewhere]) == [
        BookView(other, 0, halted=True),
        BookView(elsewhere, 0),
    ]
    await views.publish(BookView(shown, 8))
    assert (await views.get(shown, 10)).halted
    await views.show_halts([records.halt(product_id, size=Size("10"))])
    assert [view.halted for view in await views.best([shown, other])] == [False, True]
    await views.show_halts([])
    assert [view.halted for view in await views.best([shown, other])] == [False, False]


async def test_a_view_replaces_the_one_before(views: BookViews, book: BookKey) -> None:
    await views.publish(BookView(book, 7, levels((190, 1)), levels((200, 2), (300, 1))))
    view = BookView(book, 3, levels((150, 4)), ())
    await views.publish(view)
    assert await views.get(book, 10) == view


async def test_a_change_sets_adds_and_removes_levels(views: BookViews, book: BookKey) -> None:
    await views.publish(BookView(book, 7, levels((190, 1), (180, 3)), levels((200, 2))))
    await views.apply(
        change(book, 8, (Side.BID, 190, 0), (Side.BID, 180, 2), (Side.BID, 185, 1),
               (Side.ASK, 195, 1), (Side.ASK, 200, 5))
    )  # fmt: skip
    assert await views.get(book, 10) == BookView(
        book, 8, levels((185, 1), (180, 2)), levels((195, 1), (200, 5))
    )
    await views.apply(change(book, 9, (Side.ASK, 195, 0), (Side.ASK, 200, 0)))
    await views.apply(change(book, 10))
    assert await views.get(book, 10) == BookView(book, 10, levels((185, 1), (180, 2)), ())


async def test_the_first_change_of_an_unknown_book_is_number_1(
    views: BookViews, book: BookKey
) -> None:
    await views.apply(change(book, 1, (Side.ASK, 200, 1)))
    assert await views.get(book, 10) == BookView(book, 1, (), levels((200, 1)))


async def test_the_same_price_may_stand_on_either_side_in_turn(
    views: BookViews, book: BookKey
) -> None:
    await views.apply(change(book, 1, (Side.ASK, 200, 1)))
    await views.apply(change(book, 2, (Side.ASK, 200, 0), (Side.BID, 200, 1)))
    assert await views.get(book, 10) == BookView(book, 2, levels((200, 1)), ())


@pytest.mark.parametrize("seq", [6, 7, 9])
async def test_only_the_next_change_can_be_applied(
    views: BookViews, book: BookKey, seq: int
) -> None:
    view = BookView(book, 7, levels((190, 1)), levels((200, 2)))
    await views.publish(view)
    with pytest.raises(AssertionError):
        await views.apply(change(book, seq, (Side.BID, 190, 5)))
    assert await views.get(book, 10) == view


async def test_the_best_levels_of_several_books_come_in_their_order(
    views: BookViews, records: Records
) -> None:
    full, one_sided, unknown = (records.book() for _ in range(3))
    await views.publish(BookView(full, 2, levels((190, 1), (180, 3)), levels((200, 2), (300, 1))))
    await views.publish(BookView(one_sided, 5, (), levels((500, 1))))
    best = await views.best([unknown, full, one_sided, full])
    assert best == [
        BookView(unknown, 0),
        BookView(full, 2, levels((190, 1)), levels((200, 2))),
        BookView(one_sided, 5, (), levels((500, 1))),
        BookView(full, 2, levels((190, 1)), levels((200, 2))),
    ]
    assert (best[1].highest_bid, best[1].lowest_ask) == (190, 200)
    assert (best[2].highest_bid, best[2].lowest_ask) == (None, 500)
    assert await views.best([]) == []


# ---- what is not published -----------------------------------------------------------------------


class Stored(StoredBooks):
    """Books with one bid each, as of arrival 40."""

    def __init__(self, *books: BookKey) -> None:
        self.books = books
        self.asked: list[BookKey] = []

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        self.asked += books
        return [
            BookView(book, 40, levels((190, 1)) if book in self.books else ()) for book in books
        ]


@pytest.fixture
def stored(book: BookKey) -> Stored:
    return Stored(book)


@pytest.fixture(params=["memory", "redis"])
async def with_store(request: pytest.FixtureRequest, stored: Stored) -> AsyncIterator[BookViews]:
    if request.param == "memory":
        yield MemoryBookViews(stored)
        return
    from .shared_books import books_of_two_processes

    server = request.getfixturevalue("valkey_server")
    async with books_of_two_processes(server, stored, seq=40) as views:
        yield views


@pytest.fixture(params=["memory", "redis"])
async def of_two_shards(request: pytest.FixtureRequest, stored: Stored) -> AsyncIterator[BookViews]:
    if request.param == "memory":
        yield MemoryBookViews(stored)
        return
    from .shared_books import books_of_two_processes

    server = request.getfixturevalue("valkey_server")
    async with books_of_two_processes(server, stored, seq=7, shards=2) as views:
        yield views


async def test_a_book_that_is_not_published_is_shown_as_it_is_stored(
    with_store: BookViews, stored: Stored, records: Records, book: BookKey
) -> None:
    empty, published = records.book(), records.book()
    await with_store.publish(BookView(published, 41))
    assert await with_store.get(book, 10) == BookView(book, 40, levels((190, 1)))
    assert await with_store.best([empty, published, book]) == [
        BookView(empty, 40),
        BookView(published, 41),
        BookView(book, 40, levels((190, 1))),
    ]
    assert published not in stored.asked


async def test_other_books_are_empty_without_a_query_after_all_are_published(
    with_store: BookViews, stored: Stored, records: Records, book: BookKey
) -> None:
    await with_store.publish(BookView(book, 41, levels((190, 1))))
    await with_store.complete(0, 1, 45)
    other = records.book()
    assert await with_store.best([other, book]) == [
        BookView(other, 45),
        BookView(book, 41, levels((190, 1))),
    ]
    assert stored.asked == []


async def test_new_engine_drops_the_published_books_of_its_shard(
    with_store: BookViews, stored: Stored, records: Records, book: BookKey
) -> None:
    other = records.book()
    await with_store.publish(BookView(other, 7, levels((150, 9))))
    await with_store.complete(0, 1, 7)
    await with_store.begin(0, 1, 40)
    assert await with_store.get(other, 10) == BookView(other, 40)
    assert await with_store.get(book, 10) == BookView(book, 40, levels((190, 1)))


async def test_a_stored_book_has_no_higher_number_than_its_engine_may_publish_next(
    with_store: BookViews, book: BookKey
) -> None:
    """The engine numbers a book before it is published, while the store goes on."""
    await with_store.begin(0, 1, 33)
    stored = await with_store.get(book, 10)
    assert stored == BookView(book, 33, levels((190, 1)))
    await with_store.publish(BookView(book, 34, levels((190, 1))))
    assert (await with_store.get(book, 10)).seq > stored.seq


async def test_when_the_engine_runs_elsewhere_readers_get_the_stored_books_with_their_numbers(
    with_store: BookViews, stored: Stored, book: BookKey
) -> None:
    await with_store.begin(0, 1, 33)
    await with_store.publish(BookView(book, 34, levels((150, 9))))
    await with_store.complete(0, 1, 34)
    await with_store.end(0, 1)
    [as_stored] = await stored.views([book], 10)
    assert await with_store.get(book, 10) == as_stored


async def test_when_the_tenure_of_the_engine_is_over_readers_get_the_stored_books(
    with_store: BookViews, stored: Stored, records: Records, book: BookKey
) -> None:
    """The process may have been stopped for a while, and another engine may have gone on."""
    tenure, empty = Until(), records.book()
    await with_store.begin(0, 1, 33, tenure)
    view = BookView(book, 34, levels((150, 9)))
    await with_store.publish(view)
    await with_store.complete(0, 1, 34)
    assert await with_store.best([book, empty]) == [view, BookView(empty, 34)]
    tenure.is_over = True
    assert await with_store.best([book, empty]) == list(await stored.views([book, empty], 1))


async def test_a_new_engine_leaves_the_books_of_other_shards(
    of_two_shards: BookViews, stored: Stored, records: Records
) -> None:
    books = [records.book() for _ in range(20)]
    for one in books:
        await of_two_shards.publish(BookView(one, 7, levels((150, 9))))
    await of_two_shards.begin(0, 2, 40)
    views = await of_two_shards.best(books)
    assert {shard_of(view.book, 2) for view in views if view.seq == 7} == {1}
    assert {shard_of(view.book, 2) for view in views if view.seq == 40} == {0}


bid_changes = st.tuples(st.just(Side.BID), st.integers(1, 5), st.integers(0, 3))
ask_changes = st.tuples(st.just(Side.ASK), st.integers(6, 10), st.integers(0, 3))


@given(changes=st.lists(st.lists(bid_changes | ask_changes, max_size=3), max_size=8))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_single_changes_give_the_same_view_as_publishing_it(
    views: BookViews, records: Records, changes: list[list[tuple[Side, int, int]]]
) -> None:
    by_change, by_view = records.book(), records.book()
    standing: dict[tuple[Side, int], int] = {}
    for seq, batch in enumerate(changes, start=1):
        await views.apply(change(by_change, seq, *batch))
        standing |= {(side, price): quantity for side, price, quantity in batch}
    left = sorted((price, n, side) for (side, price), n in standing.items() if n)
    await views.publish(
        BookView(
            by_view,
            len(changes),
            levels(*((price, n) for price, n, side in reversed(left) if side is Side.BID)),
            levels(*((price, n) for price, n, side in left if side is Side.ASK)),
        )
    )
    applied, published = await views.get(by_change, 5), await views.get(by_view, 5)
    assert (applied.seq, applied.bids, applied.asks) == (
        published.seq,
        published.bids,
        published.asks,
    )
    assert all(better.price > worse.price for better, worse in pairwise(applied.bids))
    assert all(better.price < worse.price for better, worse in pairwise(applied.asks))
