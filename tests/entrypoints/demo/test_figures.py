"""The demo's figures, calculated from a file's sales and read through the API."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import httpx
import pytest
from rich.console import Console

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.config.http import HttpSettings
from solebook.entrypoints.demo.api import Api
from solebook.entrypoints.demo.conclusion import conclude
from solebook.entrypoints.demo.figures import Figures, MarketData, YearFigures, figures_of
from solebook.entrypoints.demo.files import SaleRow
from solebook.entrypoints.demo.report import make_report
from solebook.entrypoints.http.app import create_app
from solebook.ports.language.analytics import Candle, Sale
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.rate_limits import RateLimit

DUNK = "Nike Dunk Low"
NINE, TEN, ELEVEN = Size("9"), Size("10"), Size("11")
TODAY = date(2017, 10, 17)
PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)


def row(day: str, size: Size, price: int) -> SaleRow:
    return SaleRow(date.fromisoformat(day), DUNK, size, price)


ROWS = [
    row("2013-12-31", NINE, 50_000),
    row("2016-10-18", NINE, 10_000),
    row("2017-10-16", TEN, 21_000),
    row("2017-10-17", NINE, 40_000),
    row("2017-10-17", TEN, 30_000),
    row("2017-10-17", NINE, 35_000),
]


def candle(day: str, first: int, high: int, low: int, last: int, sales: int, total: int) -> Candle:
    starts_at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return Candle(starts_at, first, high, low, last, sales, total)


ALL_SIZES = Figures(
    sales=6,
    last_price=35_000,
    mean_price=31_000.0,
    high=50_000,
    low=10_000,
    year=YearFigures(sales=5, mean_price=27_200.0, high=40_000, low=10_000),
    months=[
        candle("2013-12-01", 50_000, 50_000, 50_000, 50_000, 1, 50_000),
        candle("2016-10-01", 10_000, 10_000, 10_000, 10_000, 1, 10_000),
        candle("2017-10-01", 21_000, 40_000, 21_000, 35_000, 4, 126_000),
    ],
    days=[
        candle("2013-12-31", 50_000, 50_000, 50_000, 50_000, 1, 50_000),
        candle("2016-10-18", 10_000, 10_000, 10_000, 10_000, 1, 10_000),
        candle("2017-10-16", 21_000, 21_000, 21_000, 21_000, 1, 21_000),
        candle("2017-10-17", 40_000, 40_000, 30_000, 35_000, 3, 105_000),
    ],
)
ONLY_TEN = Figures(
    sales=2,
    last_price=30_000,
    mean_price=25_500.0,
    high=30_000,
    low=21_000,
    year=YearFigures(sales=2, mean_price=25_500.0, high=30_000, low=21_000),
    months=[candle("2017-10-01", 21_000, 30_000, 21_000, 30_000, 2, 51_000)],
    days=[
        candle("2017-10-16", 21_000, 21_000, 21_000, 21_000, 1, 21_000),
        candle("2017-10-17", 30_000, 30_000, 30_000, 30_000, 1, 30_000),
    ],
)


def test_a_products_figures_are_calculated_from_its_sales() -> None:
    assert figures_of(ROWS, TODAY) == ALL_SIZES


def test_a_sizes_figures_are_calculated_from_its_sales() -> None:
    assert figures_of([row for row in ROWS if row.size == TEN], TODAY) == ONLY_TEN


def test_a_sale_of_52_weeks_ago_counts_and_one_of_the_day_before_does_not() -> None:
    nothing = YearFigures(0, None, None, None)
    assert figures_of([row("2016-10-17", NINE, 10_000)], TODAY).year == nothing
    assert figures_of([row("2016-10-18", NINE, 10_000)], TODAY).year.sales == 1


# ---- through the API -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """An exchange with the sales of the rows on its tape."""

    application: Application
    product_id: ProductId
    market_data: MarketData

    async def record(self, sold_at: datetime, size: Size, price: int) -> None:
        order_id = OrderId(self.application.adapters.ids.new())
        store = self.application.adapters.store
        async with store.transaction():
            await store.tape.record(Sale(order_id, BookKey(self.product_id, size), price, sold_at))

    async def conclude(self, rows: list[SaleRow]) -> tuple[int, str]:
        """Compare it with a file as the demo does. Return the exit code and the output."""
        report = await make_report(self.application, self.market_data, {DUNK: str(self.product_id)})
        console = Console(file=io.StringIO(), width=200)
        code = conclude(console, report, rows, None)
        assert isinstance(console.file, io.StringIO)
        return code, console.file.getvalue()


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    application = build_embedded(clock=VirtualClock(datetime(2017, 10, 17, 12, tzinfo=UTC)))
    adapters = application.adapters
    product_id = ProductId(adapters.ids.new())
    sizes = (NINE, TEN, ELEVEN)
    released, now = date(2013, 1, 1), adapters.clock.now()
    product = Product(product_id, "D-1", "Nike", "Dunk", "red", 0, released, sizes, (), now)
    async with adapters.store.transaction():
        await adapters.store.products.add(product)
    settings = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
    transport = httpx.ASGITransport(create_app(application, settings))  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as http:
        market_data = MarketData(Api(http), date(2013, 12, 17), TODAY)
        exchange = Exchange(application, product_id, market_data)
        for number, sold in enumerate(ROWS):
            sold_at = datetime(*sold.sold_on.timetuple()[:3], 9, 0, number, tzinfo=UTC)
            await exchange.record(sold_at, sold.size, sold.price)
        yield exchange


async def test_the_api_returns_the_figures_of_a_product_and_its_sizes(exchange: Exchange) -> None:
    told = await exchange.market_data.of(DUNK, str(exchange.product_id))
    assert told is not None
    assert told.figures == ALL_SIZES
    assert set(told.by_size) == {NINE, TEN}
    assert told.by_size[TEN] == ONLY_TEN
    assert told.tape == ROWS
    assert (told.lowest_ask, told.highest_bid) == (None, None)


async def test_a_market_that_equals_the_file_ends_with_success(exchange: Exchange) -> None:
    code, shown = await exchange.conclude(ROWS)
    assert code == 0
    assert "The tape holds exactly the file's 6 sales." in shown


@pytest.mark.parametrize(
    ("sold_at", "size"),
    [
        (datetime(2017, 10, 17, 9, 30, tzinfo=UTC), NINE),
        (datetime(2013, 12, 20, tzinfo=UTC), TEN),
        (datetime(2015, 5, 5, tzinfo=UTC), ELEVEN),
    ],
)
async def test_one_sale_too_many_ends_with_an_error(
    exchange: Exchange, sold_at: datetime, size: Size
) -> None:
    await exchange.record(sold_at, size, 35_000)
    code, shown = await exchange.conclude(ROWS)
    assert code == 1
    assert f"The market differs from the file: {DUNK}: sales is 7, not 6" in shown
    assert "The tape holds exactly" not in shown


async def test_a_sale_at_another_price_ends_with_an_error(exchange: Exchange) -> None:
    rows = [*ROWS[:3], row("2017-10-17", NINE, 40_100), *ROWS[4:]]
    code, shown = await exchange.conclude(rows)
    assert code == 1
    assert f"{DUNK}: day 2017-10-17 is Candle(" in shown
    assert f"{DUNK}: its list of sales differs" in shown


async def test_the_first_differences_are_shown_and_the_rest_counted(
    exchange: Exchange,
) -> None:
    code, shown = await exchange.conclude([replace(row, price=row.price + 100) for row in ROWS])
    assert code == 1
    assert shown.count("The market differs from the file") == 20
    [more] = [line for line in shown.splitlines() if "more differences" in line]
    assert int(more.split()[1]) > 0


async def test_a_product_that_was_not_sold_has_no_figures(exchange: Exchange) -> None:
    store = exchange.application.adapters.store
    async with store.transaction():
        for sale in (await store.tape.sales(exchange.product_id, PageRequest())).items:
            await store.tape.void(sale.order_id)
    assert await exchange.market_data.of(DUNK, str(exchange.product_id)) is None
