"""The replay: what it reports depends on the sales, and not on how long the work takes."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from rich.console import Console

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.system.clock import real_clock_of
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.exchange_clock import movable_clock
from solebook.composition.memory_store import build_memory_store
from solebook.config.http import HttpSettings
from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.entrypoints.demo.clocks import OwnClock
from solebook.entrypoints.demo.files import CatalogueRow, SaleRow
from solebook.entrypoints.demo.replay import Replay, opening_of
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.clock import MovableClock
from solebook.ports.language.market import Size
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules

# What they run is run by other tests too, which coverage watches.
pytestmark = [pytest.mark.integration, pytest.mark.no_cover]

PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
FIRST = date(2017, 10, 17)
SNEAKER = CatalogueRow(
    name="Nike Dunk Low", color="white", released_on=date(2017, 1, 1), retail_price=10_000
)
SALES = [
    SaleRow(FIRST + timedelta(days=day), SNEAKER.name, Size("9"), 20_000 + 100 * day)
    for day in range(27)
]
"""Sales of so many days that payouts fall due on the last, some after a delivery was assumed."""


class Slow(httpx.AsyncBaseTransport):
    """Passes requests on, and lets time pass with each."""

    def __init__(self, app: Any, clock: MovableClock, takes: timedelta) -> None:
        self._transport = httpx.ASGITransport(app)
        self._clock = clock
        self._takes = takes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        self._clock.advance(self._takes)
        return response


async def replay_sales(request_takes: timedelta) -> dict[str, Any]:
    """Replay the sales on a new exchange, with requests that take so long. Return the report."""
    clock = movable_clock(opening_of(SALES))
    ids = SeededIds(1, clock)
    store = build_memory_store(clock=clock, ids=ids)
    adapters = embedded_adapters(store, clock=clock, ids=ids)
    application = build_application(
        replace(adapters, real_clock=real_clock_of(clock)),
        rules=MarketRules(max_unpaid_orders=1_000_000),
        token_lifetimes=TokenLifetimes(timedelta(days=36_500), timedelta(days=36_500)),
    )
    limits = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
    slow = Slow(create_app(application, limits), clock, request_takes)
    async with (
        Workers(application).running(),
        httpx.AsyncClient(transport=slow, base_url="http://market.test") as http,
    ):
        console = Console(file=io.StringIO())
        report, _ = await Replay(application, http, OwnClock(clock), console).run([SNEAKER], SALES)
    return report.as_json()


async def test_the_report_is_the_same_however_long_requests_take() -> None:
    on_a_fast_machine = await replay_sales(timedelta(0))
    assert on_a_fast_machine["ledger"]["balanced"]
    assert await replay_sales(timedelta(milliseconds=200)) == on_a_fast_machine
