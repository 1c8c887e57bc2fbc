"""Run the demo on an exchange of its own."""

import json
import tempfile
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
from rich.console import Console

from ...composition.container import open_application
from ...composition.exchange_clock import movable_clock
from ...composition.from_settings import outgoing_folder
from ...composition.migrations import migrate_store
from ...config.http import HttpSettings
from ...config.server import ServerSettings
from ...config.settings import SecuritySettings, Settings, StoreSettings
from ...ports.language.money import CURRENCY
from ...ports.language.notifications import Warehouse as WarehouseAddress
from ...ports.language.rate_limits import RateLimit
from ...ports.language.rules import MarketRules
from ..http.app import create_app
from ..http.server import reserved_address, serving
from ..signals import stop_signal
from ..worker.workers import Workers
from .clocks import OwnClock
from .conclusion import conclude, invite, verify
from .files import read_catalogue, read_sales
from .letter import find_letter
from .replay import TIMEOUT, Replay, opening_of

_HOST = "127.0.0.1"
_NO_LIMIT = RateLimit(burst=1_000_000, per_second=1_000_000)
_LIFE = timedelta(days=36_500)
_LOWEST_COST = 4
_LEFT = Path("solebook-demo")
"""The folder that stays beside a database of the user's, with the provider's records and keys."""
_MOST_UNPAID = 1_000_000
"""Six buyers buy everything, so unpaid orders are practically unlimited."""
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
    currency: str = CURRENCY,
    console: Console | None = None,
) -> int:
    """Run the demo and return its exit code: 0 if tape and ledger are as expected, else 1.

    Its database is new, or the empty one at the URL `store`. Then the folder `solebook-demo` is
    left with what belongs to the database, and with settings for it. Raises ValueError for a
    database that is in use, BadFile and OSError for files and folders that cannot be used,
    ValueError for a limit below 1 or an unknown currency, and ApiRefusal if the exchange refuses a
    request that should succeed.
    """
    check_options(limit, report)
    rules = replace(MarketRules.in_currency(currency), max_unpaid_orders=_MOST_UNPAID)
    console = console or Console()
    # First the address: links in letters lead there.
    with reserved_address(_HOST, port) as address, _folder(store) as folder:
        settings = _settings(folder, store, rules, address.getsockname()[1])
        catalogue = read_catalogue(products, settings.market)
        rows = read_sales(sales, catalogue, settings.market)[:limit]
        async with AsyncExitStack() as stack:
            kept = await migrate_store(settings, empty=True)
            clock = movable_clock(opening_of(rows))
            application = await stack.enter_async_context(open_application(settings, clock=clock))
            await stack.enter_async_context(Workers(application).running())
            app = create_app(application, settings.http, settings.stream)
            url = await stack.enter_async_context(serving(app, address))
            http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT)
            await stack.enter_async_context(http)
            where = f"in {folder}" if store is None else f"at {kept}"
            console.print(f"solebook serves {url} on a fresh database {where}", soft_wrap=True)
            mail = outgoing_folder(settings) / "mail"
            replay = Replay(application, http, OwnClock(clock), console)
            result, people = await replay.run(catalogue, rows)
            letter = await find_letter(people.sellers, mail)
            code = conclude(console, result, rows, report)
            code = max(code, await verify(application, console))
            if store is not None:
                console.print(
                    f"Its settings are in {_left_settings(folder, rules)}", soft_wrap=True
                )
            letter.show(console)
            if stay:
                invite(console, url, people)
                console.print("Ctrl-C stops.")
                await stop_signal().wait()
    return code


def check_options(limit: int | None, report: Path | None) -> None:
    """Raise ValueError for a limit below 1, and OSError if the report cannot be written.

    So the demo fails now, and not after the replay.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"the limit must be at least 1 sale, not {limit}")
    if report is not None:
        report.open("a").close()


def _folder(store: str | None) -> AbstractContextManager[str]:
    """Return a folder for the demo's files: a temporary one, or one that stays with the store."""
    if store is None:
        return tempfile.TemporaryDirectory(prefix="solebook-demo-")
    _LEFT.mkdir(mode=0o700)
    return nullcontext(str(_LEFT.absolute()))


def _left_settings(folder: str, rules: MarketRules) -> Path:
    """Write settings with which commands can be run on the demo's exchange, but for store.url."""
    file = Path(folder) / "solebook.toml"
    market = {"currency": json.dumps(rules.currency), "max_unpaid_orders": _MOST_UNPAID}
    lines = [f"{name} = {value}" for name, value in market.items()]
    text = "\n".join([f"folder = {json.dumps(folder)}", "", "[market]", *lines, ""])
    file.write_text(text, encoding="utf-8")
    return file


def _settings(folder: str, store: str | None, rules: MarketRules, port: int) -> Settings:
    """Return the embedded defaults, without rate limits and with tokens that last for years.

    Password hashes are cheap, because the password is public.
    """
    return Settings(
        folder=folder,
        store=StoreSettings(url=store),
        server=ServerSettings(host=_HOST, port=port),
        http=HttpSettings(
            user_limit=_NO_LIMIT,
            address_limit=_NO_LIMIT,
            credentials_limit=_NO_LIMIT,
            email_limit=_NO_LIMIT,
        ),
        security=SecuritySettings(
            bcrypt_cost=_LOWEST_COST, access_token_life=_LIFE, refresh_token_life=_LIFE
        ),
        market=rules,
        warehouse=_WAREHOUSE,
    )
