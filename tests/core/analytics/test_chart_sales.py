"""Charts outside the store, which follow the tape."""

import math
from collections.abc import Sequence
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.composition.adapters import Store
from solebook.core.analytics.chart_lag import ChartLag
from solebook.core.analytics.chart_sales import ChartSales
from solebook.core.analytics.redraw_charts import RedrawCharts
from solebook.ports.charts import Charts
from solebook.ports.language.analytics import Sale
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Size


class Elsewhere(Charts):
    """Charts that keep the last state of each sale, and may be away."""

    def __init__(self) -> None:
        self.state: dict[OrderId, bool] = {}
        self.is_away = False

    async def put(self, *sales: Sale) -> None:
        self._write(sales, standing=True)

    async def void(self, *sales: Sale) -> None:
        self._write(sales, standing=False)

    def _write(self, sales: Sequence[Sale], *, standing: bool) -> None:
        if self.is_away:
            raise Unavailable(what="the charts")
        self.state |= {sale.order_id: standing for sale in sales}

    async def candles(self, *_: object, **__: object) -> Sequence[object]:  # type: ignore[override]
        raise NotImplementedError


@pytest.fixture
def charts() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def chart_sales(store: Store, charts: Elsewhere, clock: VirtualClock) -> ChartSales:
    return ChartSales(store.transaction, store.chart_backlog, charts, clock)


@pytest.fixture
async def sold(store: Store, ids: SeededIds, clock: VirtualClock) -> list[Sale]:
    book = BookKey(ProductId(ids.new()), Size("9"))
    sales = [Sale(OrderId(ids.new()), book, 1, clock.now()) for _ in range(3)]
    async with store.transaction():
        await store.tape.record(*sales)
    return sales


async def void(store: Store, sale: Sale) -> None:
    async with store.transaction():
        await store.tape.void(sale.order_id)


async def test_what_happens_while_the_charts_are_away_is_charted_afterwards(
    store: Store, charts: Elsewhere, chart_sales: ChartSales, sold: list[Sale]
) -> None:
    charts.is_away = True
    with pytest.raises(Unavailable):
        await chart_sales()
    await void(store, sold[1])
    charts.is_away = False
    next_sale = await chart_sales.next_sale()
    assert next_sale is not None
    assert next_sale.sale == sold[0]
    assert [await chart_sales(), await chart_sales()] == [3, 0]
    assert await chart_sales.next_sale() is None
    assert charts.state == {sold[0].order_id: True, sold[1].order_id: False, sold[2].order_id: True}


async def test_a_sale_that_is_voided_while_it_is_charted_ends_voided(
    store: Store, charts: Elsewhere, chart_sales: ChartSales, sold: list[Sale]
) -> None:
    put = charts.put

    async def slow(*sales: Sale) -> None:
        charts.put = put  # type: ignore[method-assign]  # only the first write is slow
        await void(store, sold[0])
        assert await chart_sales() == 3  # by another process
        await put(*sales)

    charts.put = slow  # type: ignore[method-assign]
    assert [await chart_sales(), await chart_sales(), await chart_sales()] == [3, 1, 0]
    assert charts.state == {sold[0].order_id: False, sold[1].order_id: True, sold[2].order_id: True}


async def test_a_write_that_arrives_after_a_void_is_undone_within_seconds(
    store: Store,
    charts: Elsewhere,
    chart_sales: ChartSales,
    sold: list[Sale],
    clock: VirtualClock,
) -> None:
    charts.is_away = True
    with pytest.raises(Unavailable):
        await chart_sales()  # this write is on its way
    charts.is_away = False
    await void(store, sold[0])
    await chart_sales()
    for seconds in (5, 5, 45):
        await charts.put(sold[0])  # and arrives only now
        await clock.advance(timedelta(seconds=seconds))
        await chart_sales()
        assert charts.state[sold[0].order_id] is False


async def test_voids_are_not_written_again_for_ever(
    store: Store,
    charts: Elsewhere,
    chart_sales: ChartSales,
    sold: list[Sale],
    clock: VirtualClock,
) -> None:
    await void(store, sold[0])
    await chart_sales()
    for _ in range(13):
        await clock.advance(timedelta(seconds=5))
        await chart_sales()
    charts.state.clear()
    await clock.advance(timedelta(minutes=5))
    await chart_sales()
    assert charts.state == {}


async def test_charts_that_were_lost_are_drawn_again(
    store: Store, charts: Elsewhere, chart_sales: ChartSales, sold: list[Sale]
) -> None:
    await void(store, sold[2])
    await chart_sales()
    before, charts.state = charts.state, {}
    told: list[tuple[int, int]] = []
    redraw = RedrawCharts(store.transaction, store.chart_backlog, chart_sales)
    assert await redraw(lambda *progress: told.append(progress)) == 3
    assert charts.state == before
    assert told == [(0, 3), (3, 3)]


async def test_the_lag_is_how_long_the_first_sale_has_been_waiting(
    store: Store,
    chart_sales: ChartSales,
    sold: list[Sale],
    ids: SeededIds,
    clock: VirtualClock,
) -> None:
    stopwatch = VirtualStopwatch(clock)
    lag = ChartLag(store.chart_backlog, stopwatch)
    assert await lag() == 0
    await clock.advance(timedelta(seconds=3))
    assert await lag() == 3
    await chart_sales()
    assert await lag() == 0
    many = [Sale(OrderId(ids.new()), sold[0].book, 1, sold[0].sold_at) for _ in range(500)]
    async with store.transaction():
        await store.tape.record(*many)
    assert await lag() == math.inf
