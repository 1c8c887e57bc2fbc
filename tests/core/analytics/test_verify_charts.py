"""The verification names the days of which charts outside the store differ from the tape."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.analytics.verify_charts import VerifyCharts
from solebook.ports.charts import ChartReader
from solebook.ports.language.analytics import Sale
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.integrity import Check, Finding, Progress, Underway
from solebook.ports.language.market import BookKey, Size


@dataclass
class Elsewhere(ChartReader):
    """Charts that lack one sale in each candle, until they have caught up."""

    stored: ChartReader
    lacks: int = 1
    reads: int = 0

    async def candles(self, *args: Any, **others: Any) -> Any:
        self.reads += 1
        found = await self.stored.candles(*args, **others)
        return [
            replace(each, sales=each.sales - self.lacks)
            for each in found
            if each.sales > self.lacks
        ]


@pytest.fixture
async def elsewhere(store: Store, ids: SeededIds, clock: VirtualClock) -> Elsewhere:
    for sales in (1, 2):
        book = BookKey(ProductId(ids.new()), Size("9"))
        async with store.transaction():
            await store.tape.record(
                *(Sale(OrderId(ids.new()), book, 20_000, clock.now()) for _ in range(sales))
            )
    return Elsewhere(store.charts)


async def verified(store: Store, elsewhere: Elsewhere, clock: VirtualClock) -> list[object]:
    verify = VerifyCharts(store.tape, store.charts, elsewhere, store.chart_backlog, clock, (0.0,))
    async with store.snapshots() as snapshot:
        return [each async for each in verify(snapshot) if not isinstance(each, Progress)]


async def settle(store: Store) -> None:
    async with store.transaction():
        await store.chart_backlog.settle(await store.chart_backlog.first(100))


async def test_days_that_differ_are_named(
    store: Store, elsewhere: Elsewhere, clock: VirtualClock
) -> None:
    await settle(store)
    found = await verified(store, elsewhere, clock)
    problems = [each.problem for each in found if isinstance(each, Finding)]
    assert [each.check for each in found if isinstance(each, Finding)] == [Check.CHARTS] * 2
    assert problems[0] == (
        "on 2026-03-02 its chart has none; it should have 1 sale of 20000 minor units, from "
        "20000 to 20000, between 20000 and 20000"
    )
    assert "has 1 sale of 40000 minor units" in problems[1]
    elsewhere.lacks = 0
    assert await verified(store, elsewhere, clock) == []


async def test_sales_that_wait_to_be_charted_are_no_error(
    store: Store, elsewhere: Elsewhere, clock: VirtualClock
) -> None:
    assert await verified(store, elsewhere, clock) == [
        Underway("charts", "3 sales to be charted, of 2 products")
    ]
