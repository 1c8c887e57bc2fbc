"""Contract of Tape."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.analytics import Sale, SalesSummary
from solebook.ports.language.ids import OrderId
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
    """Sales of a book, a minute apart."""
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


async def test_a_sale_is_on_the_tape_once(store: Store, records: Records) -> None:
    book = records.book()
    sale = records.sale(book)
    await record(store, sale)
    await record(store, replace(sale, price=1), sale)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == [sale]
    assert list(await store.tape.summaries(book.product_id)) == [
        SalesSummary(book, 1, sale.price, sale.price, sale.sold_at)
    ]


async def test_a_voided_sale_is_off_the_tape_for_good(store: Store, records: Records) -> None:
    book = records.book()
    kept, voided = in_turn(records, book, 20_000, 30_000)
    await record(store, kept, voided)
    await void(store, voided.order_id)
    await void(store, voided.order_id)
    await record(store, voided)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == [kept]
    assert list(await store.tape.summaries(book.product_id)) == [
        SalesSummary(book, 1, 20_000, 20_000, kept.sold_at)
    ]


async def test_a_sale_that_was_voided_first_never_gets_on_the_tape(
    store: Store, records: Records
) -> None:
    book = records.book()
    sale = records.sale(book)
    await void(store, sale.order_id)
    await record(store, sale)
    assert await all_pages(lambda r: store.tape.sales(book.product_id, r)) == []
    assert list(await store.tape.summaries(book.product_id)) == []
    assert list(await store.tape.summaries()) == []


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

    def summary(book: BookKey, count: int, total: int, last: int) -> SalesSummary:
        return SalesSummary(book, count, total, last, sales[book][-1].sold_at)

    by_book = {summary.book: summary for summary in await store.tape.summaries(product_id)}
    assert by_book == {
        nine: summary(nine, 3, 90_000, 30_000),
        ten: summary(ten, 1, 7, 7),
        used: summary(used, 2, 11, 6),
    }
    everything = {summary.book: summary for summary in await store.tape.summaries()}
    assert everything == by_book | {other: summary(other, 1, 1, 1)}


async def test_the_last_price_is_that_of_the_latest_sale_not_of_the_last_recorded(
    store: Store, records: Records
) -> None:
    book = records.book()
    early, late = in_turn(records, book, 10_000, 20_000)
    await record(store, late, early)
    (summary,) = await store.tape.summaries(book.product_id)
    assert summary == SalesSummary(book, 2, 30_000, 20_000, late.sold_at)


async def test_voiding_the_last_sale_brings_back_the_one_before(
    store: Store, records: Records
) -> None:
    book = records.book()
    first, second, third = in_turn(records, book, 10_000, 20_000, 30_000)
    await record(store, first, second, third)
    await void(store, second.order_id)
    await void(store, third.order_id)
    (summary,) = await store.tape.summaries(book.product_id)
    assert summary == SalesSummary(book, 1, 10_000, 10_000, first.sold_at)
    await void(store, first.order_id)
    assert list(await store.tape.summaries(book.product_id)) == []
