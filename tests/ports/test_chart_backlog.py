"""Contract of ChartBacklog."""

from solebook.composition.adapters import Store
from solebook.ports.language.analytics import Sale, TapedSale

from .records import Records


async def record(store: Store, *sales: Sale) -> None:
    async with store.transaction():
        await store.tape.record(*sales)


async def void(store: Store, *sales: Sale) -> None:
    async with store.transaction():
        for sale in sales:
            await store.tape.void(sale.order_id)


async def settle(store: Store, *charted: TapedSale) -> None:
    async with store.transaction():
        await store.chart_backlog.settle(charted)


def standing(*sales: Sale) -> list[TapedSale]:
    return [TapedSale(sale, voided=False) for sale in sales]


async def test_a_sale_waits_until_it_is_charted_and_again_once_it_is_voided(
    store: Store, records: Records
) -> None:
    backlog = store.chart_backlog
    sales = [records.sale(records.book()) for _ in range(3)]
    assert (await backlog.first(10), await backlog.count(10)) == ([], 0)
    await record(store, *reversed(sales))
    assert await backlog.first(10) == standing(*sales)
    assert await backlog.first(2) == standing(*sales[:2])
    assert [await backlog.count(limit) for limit in (2, 10)] == [2, 3]
    await settle(store, *standing(*sales))
    await record(store, *sales)
    assert (await backlog.first(10), await backlog.count(10)) == ([], 0)
    await void(store, sales[1])
    assert await backlog.first(10) == [TapedSale(sales[1], voided=True)]
    await settle(store, TapedSale(sales[1], voided=True))
    await void(store, sales[1])
    assert await backlog.first(10) == []


async def test_a_sale_that_was_voided_before_it_was_recorded_never_waits(
    store: Store, records: Records
) -> None:
    sale = records.sale(records.book())
    await void(store, sale)
    await record(store, sale)
    assert (await store.chart_backlog.first(10), await store.chart_backlog.count(10)) == ([], 0)


async def test_what_was_charted_in_an_old_state_waits_again(store: Store, records: Records) -> None:
    kept, voided = (records.sale(records.book()) for _ in range(2))
    await record(store, kept, voided)
    await void(store, voided)
    await settle(store, TapedSale(voided, voided=True))
    await settle(store, *standing(kept, voided))  # by another writer, which was slow
    assert await store.chart_backlog.first(10) == [TapedSale(voided, voided=True)]


async def test_all_sales_are_added_again_page_by_page(store: Store, records: Records) -> None:
    backlog = store.chart_backlog
    sales = [records.sale(records.book()) for _ in range(5)]
    unknown = records.sale(records.book())
    await record(store, *sales)
    await void(store, sales[2], unknown)
    await settle(store, *await backlog.first(10))
    assert await backlog.count(10) == 0
    seen = 0
    after = None
    while True:
        async with store.transaction():
            page = await backlog.add_again(after, 2)
        if not page:
            break
        seen, after = seen + len(page), page[-1]
    assert seen == 5
    again = await backlog.first(10)
    assert [taped.sale for taped in again] == sales
    assert [taped.voided for taped in again] == [False, False, True, False, False]
