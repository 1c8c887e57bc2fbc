"""Replay sales through the API of a running exchange."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ...composition.application import Application
from .api import Api, wait_through
from .clocks import DemoClock
from .figures import MarketData
from .files import CatalogueRow, SaleRow
from .market import Market
from .mishaps import MISHAPS, make_failing_trades
from .people import PEOPLE, People, gather_people
from .report import Report, make_report
from .warehouse import Warehouse

TIMEOUT = 30.0
"""Seconds that a request of the demo may take."""
_OPENS = time(9, tzinfo=UTC)
_BEFORE = timedelta(days=14)
"""The time from the exchange's opening to the first sale, for the trades that fail."""
_LATER = timedelta(seconds=1)
"""More than the clocks of two processes differ."""
_POLL = 0.1
_LOOKS = 3
"""How often nothing must wait: what goes from one queue to another may be missed by one look."""


def opening_of(rows: Sequence[SaleRow]) -> datetime:
    """Return the time at which an exchange opens to replay sales, oldest first."""
    return datetime.combine(rows[0].sold_on - _BEFORE, _OPENS)


class Replay:
    """The replay on a running exchange."""

    def __init__(
        self,
        application: Application,
        http: httpx.AsyncClient,
        clock: DemoClock,
        console: Console,
    ) -> None:
        self._application = application
        self._http = http
        self._clock = clock
        self._bars = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    async def run(
        self, catalogue: Sequence[CatalogueRow], rows: Sequence[SaleRow]
    ) -> tuple[Report, People]:
        """Replay the sales and return the report and the people who traded. Raises ApiRefusal."""
        with self._bars:
            people = await self._gather()
            product_ids = await self._load(people.admin.api, catalogue, rows)
            market = Market(people, product_ids, rows, self._application.rules)
            warehouse = Warehouse(people)
            bar = self._bars.add_task("failing trades", total=MISHAPS)
            await make_failing_trades(market, warehouse, people, rows[0], self._clock.advance)
            self._bars.update(bar, completed=MISHAPS)
            await self._trade(market, warehouse, rows)
            await self._settle()
            await self._draw_charts()
            await self._bring_letters()
        opened = opening_of(rows).date()
        market_data = MarketData(Api(self._http), opened, self._clock.now().date())
        report = await make_report(self._application, market_data, product_ids)
        return report, people

    async def _gather(self) -> People:
        bar = self._bars.add_task("registering people", total=PEOPLE)
        return await gather_people(self._application, self._http, lambda: self._bars.advance(bar))

    async def _load(
        self, admin: Api, catalogue: Sequence[CatalogueRow], rows: Sequence[SaleRow]
    ) -> dict[str, str]:
        """Create every product that has a sale, in the sizes that were sold. Return their ids."""
        sizes: defaultdict[str, set[str]] = defaultdict(set)
        for sale in rows:
            sizes[sale.product].add(sale.size)
        sold = [row for row in catalogue if row.name in sizes]
        bar = self._bars.add_task("loading the catalogue", total=len(sold))
        ids = {}
        for row in sold:
            product = await admin.post("/products", _product(row, sizes[row.name]))
            ids[row.name] = product["id"]
            self._bars.advance(bar)
        return ids

    async def _trade(self, market: Market, warehouse: Warehouse, rows: Sequence[SaleRow]) -> None:
        """Trade day by day, with the warehouse's work on the days between."""
        bar = self._bars.add_task("replaying sales", total=len(rows))
        for day, sales in _by_day(rows):
            while (due := warehouse.next_day) is not None and due < day:
                await self._open(due)
                await warehouse.work(due)
            await self._open(day)
            await warehouse.work(day)
            await self._settle()  # the sellers' fees depend on what is counted as sold until now
            trades = await market.trade_day(sales)
            await warehouse.take_on(trades, day)
            self._bars.advance(bar, len(sales))

    async def _settle(self) -> None:
        """Wait until everything that is due has happened, apart from letters."""
        backlog = self._application.operations.view_backlog
        await wait_through(backlog.next_deadline, "a deadline to be met")
        for _ in range(_LOOKS):
            await wait_through(backlog.next_message, "a message to be handled")

    async def _draw_charts(self) -> None:
        """Wait until charts outside the store have all sales: the report shows them."""
        chart_sales = self._application.analytics.chart_sales
        if chart_sales is not None:
            await wait_through(chart_sales.next_sale, "a sale to be charted")

    async def _bring_letters(self) -> None:
        """Wait until the queue of letters is empty, because trades do not wait for letters."""
        bar = self._bars.add_task("writing the last letters", total=None)
        backlog = self._application.operations.view_backlog
        while await backlog.has_letters():  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(_POLL)
        self._bars.update(bar, total=1, completed=1)

    async def _open(self, day: date) -> None:
        """Move the clock to a day, and let everything that is due by then happen.

        The day opens no earlier than the last one ended. So what is due whole days after any work
        is due when a day opens and never in between, however long the work takes.
        """
        ended = (self._clock.now() + _LATER).timetz()
        await self._clock.move_to(datetime.combine(day, max(_OPENS, ended)))
        await self._settle()


def _by_day(rows: Sequence[SaleRow]) -> Iterator[tuple[date, list[SaleRow]]]:
    days: defaultdict[date, list[SaleRow]] = defaultdict(list)
    for row in rows:
        days[row.sold_on].append(row)
    yield from sorted(days.items())


def _product(row: CatalogueRow, sizes: set[str]) -> dict[str, Any]:
    brand, _, model = row.name.partition(" ")
    digest = hashlib.sha256(row.name.encode()).hexdigest()
    return {
        "style_code": f"DEMO-{digest[:8].upper()}",
        "brand": brand,
        "model": model or brand,
        "colorway": row.color,
        "retail_price": row.retail_price,
        "release_date": row.released_on.isoformat(),
        "sizes": [{"size": size} for size in sorted(sizes, key=_by_length)],
        "images": [],
    }


def _by_length(size: str) -> tuple[float, str]:
    return float(size.rstrip("WYCK")), size
