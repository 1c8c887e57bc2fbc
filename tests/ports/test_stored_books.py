"""Contract of StoredBooks, and of the queries with which an engine starts."""

from dataclasses import replace

from solebook.composition.adapters import Store
from solebook.ports.language.market import (
    BookView,
    Condition,
    PriceLevel,
    QuoteStatus,
    Side,
    Size,
    shard_of,
)

from .records import Records
from .shard import Shard


async def test_books_are_shown_by_their_levels_the_best_first(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    used = replace(book, condition=Condition.USED)
    await shard.rest(
        *(records.bid(book, amount=amount) for amount in (100, 300, 200, 300)),
        *(records.ask(book, amount=amount) for amount in (500, 400, 400)),
        records.ask(book, amount=350, status=QuoteStatus.WAITING),
        records.bid(book, amount=310, status=QuoteStatus.CANCELLED),
        records.ask(used, amount=350),
    )
    [view] = await store.stored_books.views([book], None)
    assert view.bids == (PriceLevel(300, 2), PriceLevel(200, 1), PriceLevel(100, 1))
    assert view.asks == (PriceLevel(400, 2), PriceLevel(500, 1))
    [best] = await store.stored_books.views([book], 1)
    assert (best.bids, best.asks) == (view.bids[:1], view.asks[:1])


async def test_books_come_in_their_order_also_empty_ones(
    store: Store, records: Records, shard: Shard
) -> None:
    books = [records.book(size=size) for size in ("9", "10", "11")]
    await shard.rest(records.ask(books[2], amount=200), records.bid(books[0], amount=100))
    views = await store.stored_books.views(books, 5)
    assert [view.book for view in views] == books
    assert [(view.highest_bid, view.lowest_ask) for view in views] == [
        (100, None),
        (None, None),
        (None, 200),
    ]
    assert list(await store.stored_books.views([], 5)) == []


async def test_books_are_numbered_by_what_their_shard_committed(
    store: Store, records: Records, shard: Shard
) -> None:
    book = records.book()
    assert list(await store.stored_books.views([book], 5)) == [BookView(book, 0)]
    await shard.commit(records.batch(sequence=41))
    assert list(await store.stored_books.views([book], 5)) == [BookView(book, 41)]


async def test_halted_books_are_shown_as_such(store: Store, records: Records, shard: Shard) -> None:
    book, other = records.book(), records.book()
    halt = records.halt(book.product_id)
    await shard.commit(records.batch(halts={halt.id: halt}))
    assert [view.halted for view in await store.stored_books.views([book, other], 5)] == [
        True,
        False,
    ]
    ended = replace(halt, ended_at=records.instant)
    await shard.commit(records.batch(halts={halt.id: ended}))
    assert not (await store.stored_books.views([book], 5))[0].halted


async def test_books_of_a_shard_are_returned_with_their_number_of_quotes(
    store: Store, records: Records, shard: Shard
) -> None:
    books = [records.book(size=size) for size in ("8", "9", "10", "11", "12", "13")]
    waiting_only, ended_only = records.book(), records.book()
    await shard.rest(
        *(records.quote(side, book) for book in books for side in Side),
        records.bid(books[0]),
        records.ask(books[1], status=QuoteStatus.WAITING),
        records.ask(waiting_only, status=QuoteStatus.WAITING),
        records.ask(ended_only, status=QuoteStatus.EXPIRED),
    )
    expected = dict.fromkeys(books, 2) | {books[0]: 3}
    assert await store.books.books(0, 1) == expected
    for number in (0, 1):
        of_shard = {b: n for b, n in expected.items() if shard_of(b, 2) == number}
        assert await store.books.books(number, 2) == of_shard


async def test_waiting_asks_are_returned_in_order_of_arrival(
    store: Store, records: Records, shard: Shard
) -> None:
    books = [records.book(size=size) for size in ("8", "9", "10", "11", "12", "13")]
    waiting = [records.ask(book, status=QuoteStatus.WAITING) for book in books]
    await shard.rest(*reversed(waiting), records.ask(books[0]))
    assert list(await store.books.waiting(0, 1)) == waiting
    for number in (0, 1):
        of_shard = [ask for ask in waiting if shard_of(ask.book, 2) == number]
        assert list(await store.books.waiting(number, 2)) == of_shard


async def test_open_quotes_are_counted_by_user_and_side(
    store: Store, records: Records, shard: Shard
) -> None:
    user, other, nobody = (records.user_id() for _ in range(3))
    book = records.book()
    await shard.rest(
        records.bid(book, user_id=user),
        records.bid(records.book(size=Size("13")), user_id=user),
        records.ask(book, user_id=user, status=QuoteStatus.WAITING),
        records.ask(book, user_id=user),
        records.ask(book, user_id=other),
        *(records.bid(book, user_id=user, status=s) for s in QuoteStatus if not s.stands),
    )
    assert await store.books.open_quotes([user, nobody]) == {
        (user, Side.BID): 2,
        (user, Side.ASK): 2,
    }
    assert await store.books.open_quotes([]) == {}
