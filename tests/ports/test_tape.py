"""Contract of Tape."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.analytics import Sale, SalesSummary
from solebook.ports.language.ids import OrderId
from solebook.ports.language.imports import GivenSale, imported_sale_id
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.paging import PageRequest

from .pages import all_pages
from .records import Records


async def record(store: Store, *sales: Sale) -> None:
    async with store.transaction():
        for sale in sales:
            await store.tape.record(sale)


async def void(store: Store, order_id: OrderId) -> None:
    async with store.transaction():
        await store.tape.void(order_id)


def in_turn(records: Records, book: BookKey, *prices: int) -> list[Sale]:
    """Return sales of a book, a minute apart."""
    return [
        records.sale(book, price=price, sold_at=records.instant + timedelta(minutes=minute))
        for minute, price in enumerate(prices)
    ]


async def test_a_products_sales_are_paged_newest_first(store: Store, records: Records) -> None:
    product_id = records.product_id()
    nine, ten = records.book(product_id, "9"), records.book(product_id, "10")
    used = records.book(product_id, "9", condition=Condition.USED)
    sales = [
        records.sale(book, sold_at=records.instant + timedelta(minutes=minute))
        for minute, book in enumerate((nine, ten, used, ten, nine))
    ]
    await record(store, *sales, records.sale(records.book(size="9")))

    assert await all_pages(lambda r: store.tape.sales(product_id, r)) == sales[::-1]
    of_nine = [sales[4], sales[2], sales[0]]
    assert await all_pages(lambda r: store.tape.sales(product_id, r, Size("9"))) == of_nine
    none = await store.tape.sales(records.product_id(), PageRequest())
    assert (tuple(none.items), none.next_cursor) == ((), None)


async def test_a_products_sales_are_counted_without_those_that_are_voided(
    store: Store, records: Records
) -> None:
    product_id = records.product_id()
    sales = [records.sale(records.book(product_id, size)) for size in ("9", "10", "9")]
    await record(store, *sales, records.sale(records.book()))
    assert await store.tape.count(product_id) == 3
    await void(store, sales[0].order_id)
    assert await store.tape.count(product_id) == 2
    assert await store.tape.count(records.product_id()) == 0


async def test_a_sale_is_on_the_tape_once(store: Store, records: Records) -> None:
    book = records.book()
    sale = records.sale(book)
    await record(store, sale)
    await record(store, replace(sale, price=1), sale)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == [sale]
    assert list(await store.tape.summaries(book.product_id)) == [SalesSummary(1, sale.price, sale)]


async def test_a_voided_sale_is_off_the_tape_for_good(store: Store, records: Records) -> None:
    book = records.book()
    kept, voided = in_turn(records, book, 20_000, 30_000)
    await record(store, kept, voided)
    await void(store, voided.order_id)
    await void(store, voided.order_id)
    await record(store, voided)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == [kept]
    assert list(await store.tape.summaries(book.product_id)) == [SalesSummary(1, 20_000, kept)]


async def test_sale_voided_before_it_is_recorded_is_not_on_the_tape(
    store: Store, records: Records
) -> None:
    book = records.book()
    sale = records.sale(book)
    await void(store, sale.order_id)
    await record(store, sale)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == []
    assert list(await store.tape.summaries(book.product_id)) == []
    assert list(await store.tape.summaries()) == []


async def test_sales_that_are_recorded_together_are_on_the_tape_once(
    store: Store, records: Records
) -> None:
    book, other = records.book(), records.book()
    known, voided, first, second = in_turn(records, book, 10_000, 20_000, 30_000, 40_000)
    (elsewhere,) = in_turn(records, other, 7)
    await record(store, known)
    await void(store, voided.order_id)
    async with store.transaction():
        await store.tape.record(
            second, replace(known, price=1), first, voided, elsewhere, replace(first, price=2)
        )
        await store.tape.record()
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == [second, first, known]
    assert list(await store.tape.summaries(book.product_id)) == [SalesSummary(3, 80_000, second)]
    assert list(await store.tape.summaries(other.product_id)) == [SalesSummary(1, 7, elsewhere)]


async def test_each_book_has_a_summary(store: Store, records: Records) -> None:
    product_id = records.product_id()
    nine, ten = records.book(product_id, "9"), records.book(product_id, "10")
    used = records.book(product_id, "9", condition=Condition.USED)
    other = records.book()
    sales = {
        nine: in_turn(records, nine, 20_000, 40_000, 30_000),
        ten: in_turn(records, ten, 7),
        used: in_turn(records, used, 5, 6),
        other: in_turn(records, other, 1),
    }
    await record(store, *(sale for of_book in sales.values() for sale in of_book))

    expected = {
        nine: SalesSummary(3, 90_000, sales[nine][-1]),
        ten: SalesSummary(1, 7, sales[ten][-1]),
        used: SalesSummary(2, 11, sales[used][-1]),
        other: SalesSummary(1, 1, sales[other][-1]),
    }

    async def summaries(*which: Any) -> dict[BookKey, SalesSummary]:
        return {summary.book: summary for summary in await store.tape.summaries(*which)}

    def of(*books: BookKey) -> dict[BookKey, SalesSummary]:
        return {book: expected[book] for book in books}

    assert await summaries() == expected
    assert await summaries(product_id) == of(nine, ten, used)
    assert await summaries(product_id, Size("9")) == of(nine, used)
    assert await summaries(product_id, Size("10")) == of(ten)
    assert await summaries(product_id, Size("11")) == {}
    assert await summaries(other.product_id, other.size) == of(other)


async def test_the_last_price_is_that_of_the_latest_sale_not_of_the_last_recorded(
    store: Store, records: Records
) -> None:
    book = records.book()
    early, late = in_turn(records, book, 10_000, 20_000)
    await record(store, late, early)
    (summary,) = await store.tape.summaries(book.product_id)
    assert summary == SalesSummary(2, 30_000, late)


@pytest.mark.parametrize("recorded_first", [0, 1])
async def test_of_two_sales_at_one_instant_the_last_is_that_which_arrived_later(
    store: Store, records: Records, recorded_first: int
) -> None:
    book = records.book()
    sales = [records.sale(book, price=10_000), records.sale(book, price=20_000)]
    await record(store, sales[recorded_first], sales[1 - recorded_first])
    (summary,) = await store.tape.summaries(book.product_id)
    last = sales[1 - recorded_first]
    assert summary == SalesSummary(2, 30_000, last)
    found = await all_pages(lambda r: store.tape.sales(book.product_id, r))
    assert {sale.order_id: sale.arrival for sale in found} == {
        sales[recorded_first].order_id: 0,
        last.order_id: 1,
    }


async def test_voiding_the_last_sale_brings_back_the_one_before(
    store: Store, records: Records
) -> None:
    book = records.book()
    first, second, third = in_turn(records, book, 10_000, 20_000, 30_000)
    await record(store, first, second, third)
    await void(store, second.order_id)
    await void(store, third.order_id)
    (summary,) = await store.tape.summaries(book.product_id)
    assert summary == SalesSummary(1, 10_000, first)
    await void(store, first.order_id)
    assert list(await store.tape.summaries(book.product_id)) == []


async def test_sales_of_one_instant_are_numbered_by_product_as_they_arrive(
    store: Store, records: Records
) -> None:
    product_id = records.product_id()
    nine, ten = records.book(product_id, "9"), records.book(product_id, "10")
    together = [records.sale(book, sold_at=records.instant) for book in (nine, ten, nine)]
    early, late = records.sale(ten, sold_at=records.instant), records.sale(nine)
    elsewhere = records.sale(records.book(), sold_at=records.instant)
    later = records.sale(nine, sold_at=records.instant + timedelta(microseconds=1))
    await record(store, early)
    await void(store, early.order_id)
    async with store.transaction():
        await store.tape.record(*reversed(together), elsewhere, later, early)
    await record(store, together[0], late)
    found = await all_pages(lambda r: store.tape.sales(product_id, r))
    assert {sale.order_id: sale.arrival for sale in found} == {
        **{sale.order_id: number for number, sale in enumerate(together, start=1)},
        late.order_id: 4,
        later.order_id: 0,
    }


async def test_sales_that_were_recorded_or_voided_are_known(store: Store, records: Records) -> None:
    standing, voided, other = (records.sale(records.book()) for _ in range(3))
    await record(store, standing, voided)
    await void(store, voided.order_id)
    ids = [sale.order_id for sale in (standing, voided, other)]
    assert set(await store.tape.known(ids)) == set(ids[:2])
    assert set(await store.tape.known([])) == set()


async def test_an_older_imported_sale_is_not_the_last_and_stands_where_its_time_says(
    store: Store, records: Records
) -> None:
    book = records.book()
    real = records.sale(book, price=20_000)
    given = GivenSale("S-1", book.size, 90_000, records.instant - timedelta(days=900), 0)
    older = Sale(imported_sale_id(book.product_id, given), book, given.price, given.sold_at)
    same = replace(
        older,
        order_id=imported_sale_id(book.product_id, replace(given, number=1)),
    )
    await record(store, real)
    await record(store, older, older, same)
    assert (older.is_imported, real.is_imported) == (True, False)
    [summary] = await store.tape.summaries(book.product_id)
    assert (summary.sales, summary.last) == (3, real)
    page = await store.tape.sales(book.product_id, PageRequest())
    assert page.items[0] == real
    assert {sale.order_id for sale in page.items[1:]} == {older.order_id, same.order_id}
