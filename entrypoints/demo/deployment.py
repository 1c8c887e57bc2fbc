"""Run the demo through the API of a running deployment."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import httpx
from rich.console import Console

from ...composition.application import Application
from ...composition.exchange_clock import move_clock_of
from ...composition.from_settings import outgoing_folder
from ...composition.nats_bus import watching_broker
from ...config.settings import Settings
from .clocks import SharedClock
from .conclusion import conclude, invite, verify
from .files import read_catalogue, read_sales
from .letter import find_letter
from .replay import TIMEOUT, Replay, opening_of
from .run import check_options


async def run_on_deployment(
    application: Application,
    settings: Settings,
    urls: Sequence[str],
    *,
    products: Path | None = None,
    sales: Path | None = None,
    limit: int | None = None,
    report: Path | None = None,
    console: Console | None = None,
) -> int:
    """Replay sales through the API at some URLs in turn, and return the exit code like `run_demo`.

    `application` is opened on the deployment's store, and runs nothing: it grants the first admin,
    moves the clock, waits until messages are handled, and reads the ledger. Raises ClockRefused if
    the deployment runs on real time, ValueError if it is later there than the sales need, and what
    `run_demo` raises.
    """
    check_options(limit, report)
    console = console or Console()
    catalogue = read_catalogue(products, settings.market)
    rows = read_sales(sales, catalogue, settings.market)[:limit]
    clock = SharedClock(move_clock_of(application))
    opening = opening_of(rows)
    if clock.now().date() > opening.date():
        raise ValueError(
            f"it is {clock.now():%Y-%m-%d} there, too late for these sales; on a new database, "
            f"begin with: solebook admin clock start {opening:%Y-%m-%dT%H:%MZ}"
        )
    if clock.now() < opening:
        await clock.move_to(opening)
    in_turn = _InTurn(urls)
    async with (
        httpx.AsyncClient(
            base_url=urls[0], timeout=TIMEOUT, transport=in_turn, trust_env=False
        ) as http,
        watching_broker(application, settings) as watching,
    ):
        result, people = await Replay(watching, http, clock, console).run(catalogue, rows)
        letter = await find_letter(people.sellers, outgoing_folder(settings) / "mail", waits=False)
    code = conclude(console, result, rows, report)
    code = max(code, await verify(application, console))
    if letter is None:
        console.print("No mail is shown: they are where the process with the role letters runs.")
    else:
        letter.show(console)
    invite(console, urls[0], people)
    return code


class _InTurn(httpx.AsyncHTTPTransport):
    """Sends requests to several processes of a deployment in turn."""

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__()
        self._bases = cycle([httpx.URL(url) for url in urls])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        base = next(self._bases)
        request.url = base.copy_with(raw_path=request.url.raw_path)
        request.headers["Host"] = base.netloc.decode()
        return await super().handle_async_request(request)
