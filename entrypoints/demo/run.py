"""Run the demo."""

import asyncio
import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ...composition.application import Application
from ...composition.container import open_application
from ...composition.exchange_clock import movable_clock
from ...composition.from_settings import outgoing_folder
from ...composition.integrity import verify_exchange_of
from ...composition.migrations import migrate_store
from ...config.http import HttpSettings
from ...config.settings import SecuritySettings, Settings, StoreSettings
from ...ports.clock import MovableClock
from ...ports.language.integrity import Finding
from ...ports.language.notifications import Warehouse as WarehouseAddress
from ...ports.language.rate_limits import RateLimit
from ...ports.language.rules import MarketRules
from ..http.app import create_app
from ..http.server import running_server
from ..signals import stop_signal
from ..worker.workers import Workers
from .api import Api, wait_through
from .figures import MarketData
from .files import CatalogueRow, SaleRow, read_catalogue, read_sales
from .letter import FoundLetter, find_letter
from .market import Market
from .mishaps import MISHAPS, make_failing_trades
from .people import PASSWORD, PEOPLE, People, gather_people
from .report import Report, differences, make_report
from .warehouse import Warehouse

_HOST = "127.0.0.1"
_OPENS = time(9, tzinfo=UTC)
_BEFORE = timedelta(days=14)
"""The time from the exchange's opening to the first sale, for the trades that fail."""
_NO_LIMIT = RateLimit(burst=1_000_000, per_second=1_000_000)
_LIFE = timedelta(days=36_500)
_LOWEST_COST = 4
_DIFFERENCES = 20
"""The maximum of printed differences, because one wrong price may change many figures."""
_TIMEOUT = 30.0
_POLL = 0.1
_LEFT = Path("solebook-demo")
"""The folder that stays beside a database of the user's, with the provider's records and keys."""
_RULES = MarketRules(max_unpaid_orders=1_000_000)
_WAREHOUSE = WarehouseAddress(
    "solebook demo warehouse", "1 Market Street", "Portland", "OR", "97201", "US"
)


async def run_demo(
    *,
    products: Path | None = None,
    sales: Path | None = None,
    limit: int | None = None,
    stay: bool = True,
    report: Path | None = None,
    port: int = 0,
    store: str | None = None,
    console: Console | None = None,
) -> int:
    """Run the demo and return its exit code: 0 if tape and ledger are as expected, else 1.

    Its database is new, or the empty one at the URL `store`. Then the folder `solebook-demo` is
    left with what belongs to the database, and with settings for it. Raises ValueError for a
    database that is in use, BadFile and OSError for files and folders that cannot be used,
    ValueError for a limit below 1, and ApiRefusal if the exchange refuses a request that should
    succeed.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"the limit must be at least 1 sale, not {limit}")
    if report is not None:
        report.open("a").close()  # fail now if it cannot be written, and not after the replay
    console = console or Console()
    with _folder(store) as folder:
        settings = _settings(folder, store)
        catalogue = read_catalogue(products, settings.market)
        rows = read_sales(sales, catalogue, settings.market)[:limit]
        async with AsyncExitStack() as stack:
            kept = await migrate_store(settings, empty=True)
            clock = movable_clock(datetime.combine(rows[0].sold_on - _BEFORE, _OPENS))
            application = await stack.enter_async_context(open_application(settings, clock=clock))
            await stack.enter_async_context(Workers(application).running())
            app = create_app(application, settings.http, settings.stream)
            url = await stack.enter_async_context(running_server(app, _HOST, port))
            http = httpx.AsyncClient(base_url=url, timeout=_TIMEOUT)
            await stack.enter_async_context(http)
            where = f"in {folder}" if store is None else f"at {kept}"
            console.print(f"solebook serves {url} on a fresh database {where}", soft_wrap=True)
            mail = outgoing_folder(settings) / "mail"
            demo = _Demo(application, http, clock, console, mail)
            result, letter = await demo.replay(catalogue, rows)
            code = _conclude(console, result, rows, report)
            code = max(code, await _verify(application, console))
            if store is not None:
                console.print(f"Its settings are in {_left_settings(folder)}", soft_wrap=True)
            letter.show(console)
            if stay:
                console.print(f"Look around: {url}/schema, signed in as buyer-1@example.com")
                console.print(f"with the password {PASSWORD!r}. Ctrl-C stops.")
                await stop_signal().wait()
    return code


class _Demo:
    """The replay on a running exchange."""

    def __init__(
        self,
        application: Application,
        http: httpx.AsyncClient,
        clock: MovableClock,
        console: Console,
        mail: Path,
    ) -> None:
        self._application = application
        self._http = http
        self._clock = clock
        self._mail = mail
        self._bars = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    async def replay(
        self, catalogue: Sequence[CatalogueRow], rows: Sequence[SaleRow]
    ) -> tuple[Report, FoundLetter]:
        """Replay the sales and return the report and a mail that the exchange wrote."""
        with self._bars:
            people = await self._gather()
            product_ids = await self._load(people.admin.api, catalogue, rows)
            market = Market(people, product_ids, rows, self._application.rules)
            warehouse = Warehouse(people)
            bar = self._bars.add_task("failing trades", total=MISHAPS)
            await make_failing_trades(market, warehouse, people, rows[0], self._advance)
            self._bars.update(bar, completed=MISHAPS)
            await self._trade(market, warehouse, rows)
            await self._settle()
            await self._bring_letters()
        opened = rows[0].sold_on - _BEFORE
        market_data = MarketData(Api(self._http), opened, self._clock.now().date())
        report = await make_report(self._application, market_data, product_ids)
        return report, await find_letter(people.sellers, self._mail)

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
                self._open(due)
                await warehouse.work(due)
            self._open(day)
            await warehouse.work(day)
            await self._settle()  # the sellers' fees depend on what is counted as sold until now
            trades = await market.trade_day(sales)
            await warehouse.take_on(trades, day)
            self._bars.advance(bar, len(sales))

    async def _settle(self) -> None:
        """Wait until all messages but letters are handled."""
        backlog = self._application.operations.view_backlog
        await wait_through(backlog.next_message, "a message to be handled")

    async def _bring_letters(self) -> None:
        """Wait until the queue of letters is empty, because trades do not wait for letters."""
        bar = self._bars.add_task("writing the last letters", total=None)
        backlog = self._application.operations.view_backlog
        while await backlog.has_letters():  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(_POLL)
        self._bars.update(bar, total=1, completed=1)

    def _advance(self, by: timedelta) -> None:
        self._clock.advance(by)

    def _open(self, day: date) -> None:
        self._clock.move_to(datetime.combine(day, _OPENS))


def _folder(store: str | None) -> AbstractContextManager[str]:
    """Return a folder for the demo's files: a temporary one, or one that stays with the store."""
    if store is None:
        return tempfile.TemporaryDirectory(prefix="solebook-demo-")
    _LEFT.mkdir(mode=0o700)
    return nullcontext(str(_LEFT.absolute()))


def _left_settings(folder: str) -> Path:
    """Write settings with which commands can be run on the demo's exchange, but for store.url."""
    file = Path(folder) / "solebook.toml"
    rules = f"[market]\nmax_unpaid_orders = {_RULES.max_unpaid_orders}\n"
    file.write_text(f"folder = {json.dumps(folder)}\n\n{rules}", encoding="utf-8")
    return file


def _settings(folder: str, store: str | None) -> Settings:
    """Return the embedded defaults, without rate limits and with tokens that last for years.

    Six buyers buy everything, so unpaid orders are practically unlimited. Password hashes are
    cheap, because the password is public.
    """
    return Settings(
        folder=folder,
        store=StoreSettings(url=store),
        http=HttpSettings(
            user_limit=_NO_LIMIT, address_limit=_NO_LIMIT, credentials_limit=_NO_LIMIT
        ),
        security=SecuritySettings(
            bcrypt_cost=_LOWEST_COST, access_token_life=_LIFE, refresh_token_life=_LIFE
        ),
        market=_RULES,
        warehouse=_WAREHOUSE,
    )


async def _verify(application: Application, console: Console) -> int:
    """Verify the exchange, print what contradicts itself, and return the exit code."""
    found = [
        report async for report in verify_exchange_of(application)() if isinstance(report, Finding)
    ]
    for finding in found[:_DIFFERENCES]:
        console.print(f"[red]{escape(str(finding))}[/]", soft_wrap=True)
    if not found:
        console.print("Everything in the database agrees, and with the payment provider.")
    return 1 if found else 0


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


def _conclude(console: Console, result: Report, rows: Sequence[SaleRow], file: Path | None) -> int:
    """Show the report, write it if asked, and return the exit code."""
    result.show(console)
    if file is not None:
        file.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
        console.print(f"The report is in {escape(str(file))}", soft_wrap=True)
    found = differences(result, rows)
    for difference in found[:_DIFFERENCES]:
        console.print(f"[red]The market differs from the file: {escape(difference)}[/]")
    if len(found) > _DIFFERENCES:
        console.print(f"[red]and {len(found) - _DIFFERENCES:,} more differences[/]")
    if not found:
        console.print(f"The tape holds exactly the file's {len(rows):,} sales.")
        console.print("Counts, means, highs, lows and candles of every size are the file's too.")
    return 1 if found or not result.solvency.balanced else 0
