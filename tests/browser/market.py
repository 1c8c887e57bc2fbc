"""A market in this process, served to browsers."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from litestar import Litestar
from PIL import Image
from rich.console import Console

from solebook.adapters.mail.jinja_templates import JinjaTemplates
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.system.clock import real_clock_of
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.exchange_clock import movable_clock
from solebook.composition.memory_store import build_memory_store
from solebook.composition.provider_pages import ProviderPages
from solebook.config.http import HttpSettings
from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.entrypoints.demo.clocks import OwnClock
from solebook.entrypoints.demo.files import read_catalogue, read_sales
from solebook.entrypoints.demo.people import People, gather_people
from solebook.entrypoints.demo.replay import Replay, opening_of
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.clock import MovableClock
from solebook.ports.language.notifications import Warehouse
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.photos import Picture, ReviewPhoto, photo_id
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules

OPENING = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
_LIMITS = HttpSettings(
    user_limit=_PLENTY,
    address_limit=_PLENTY,
    credentials_limit=_PLENTY,
    email_limit=_PLENTY,
)
_LIFE = timedelta(days=36_500)
_WAREHOUSE = Warehouse("solebook warehouse", "1 Market Street", "Portland", "OR", "97201", "US")
_SHOE = {
    "style_code": "DD1391-100",
    "brand": "Nike",
    "model": "Dunk Low",
    "colorway": "White/Black",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "sizes": [{"size": "9"}, {"size": "10.5"}],
    "images": [],
}
_SALES = 80
"""How many sales of the demo's sample are replayed, unless a test says so itself."""


@dataclass
class Market:
    """An exchange, its clock, and those who trade there by the API."""

    application: Application
    clock: MovableClock
    app: Litestar
    url: str
    http: httpx.AsyncClient = field(repr=False)
    people: People

    async def offers(self) -> str:
        """Put a shoe on sale, and return its id."""
        return str((await self.people.admin.api.post("/products", _SHOE))["id"])

    async def asks(self, product_id: str, amount: int, size: str = "9") -> Any:
        """Have a seller ask."""
        ask = {"product_id": product_id, "size": size, "amount": amount}
        return await self.people.sellers[0].api.post("/asks", ask)

    async def bids(self, product_id: str, amount: int, size: str = "9") -> Any:
        """Have a buyer bid who is not the one at the window."""
        bid = {"product_id": product_id, "size": size, "amount": amount}
        return await self.people.buyers[-1].api.post("/bids", bid)


@asynccontextmanager
async def _served(opening: datetime) -> AsyncIterator[tuple[Application, MovableClock, Litestar]]:
    clock = movable_clock(opening)
    ids = SeededIds(1, clock)
    store = build_memory_store(clock=clock, ids=ids)
    adapters = embedded_adapters(store, clock=clock, ids=ids)
    application = build_application(
        replace(adapters, real_clock=real_clock_of(clock), templates=JinjaTemplates()),
        rules=MarketRules(max_unpaid_orders=1_000_000),
        warehouse=_WAREHOUSE,
        token_lifetimes=TokenLifetimes(_LIFE, _LIFE),
    )
    async with Workers(application).running():
        yield application, clock, create_app(application, _LIMITS)


@asynccontextmanager
async def new_market() -> AsyncIterator[Market]:
    """Serve a market without products, whose people have just joined."""
    async with (
        _served(OPENING) as (application, clock, app),
        running_server(app, "127.0.0.1", 0) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as http,
    ):
        people = await gather_people(application, http, lambda: None)
        yield Market(application, clock, app, url, http, people)


async def _still_going_on(people: People) -> None:
    """Leave what the demo finishes: an order to ship, and open quotes of the first of each."""
    buyer, seller = people.buyers[0].api, people.sellers[0].api
    for product in (await buyer.get("/products", limit=3))["items"]:
        pair = {"product_id": product["id"], "size": product["sizes"][0]["size"]}
        await seller.post("/asks", pair | {"amount": 90_000})
        await buyer.post("/bids", pair | {"amount": 90_000})
        await seller.post("/asks", pair | {"amount": 95_000})
        await buyer.post("/bids", pair | {"amount": 12_000})


async def _in_trouble(application: Application) -> None:
    """Leave what needs an admin: a dispute, and money of no known order."""
    pages, store = ProviderPages(application), application.adapters.store
    orders = (await store.orders.all(PageRequest(limit=100))).items
    paid = next(each for each in orders if each.payment_status is PaymentStatus.CAPTURED)
    payment = await store.payments.find(paid.id)
    assert payment is not None
    assert payment.charge_id is not None
    await pages.dispute(payment.charge_id, 5_000)
    await pages.charge(None, 5_000)
    async with asyncio.timeout(60):
        while not (await store.disputes.page(PageRequest())).items:  # noqa: ASYNC110  # by workers
            await asyncio.sleep(0.01)


def a_photo() -> bytes:
    """Return a small JPEG file."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "firebrick").save(file, "JPEG")
    return file.getvalue()


async def _photographed(application: Application) -> None:
    """Leave a photo of each pair."""
    adapters = application.adapters
    store, content = adapters.store, a_photo()
    for task in (await store.authentication_tasks.page(PageRequest(100))).items:
        id_ = photo_id(task.id, content)
        await adapters.photos.keep(id_, Picture(content, content))
        async with store.transaction():
            await store.review_photos.add(
                ReviewPhoto(id_, task.id, task.order_id, adapters.clock.now())
            )


@asynccontextmanager
async def demo_market(last: int = _SALES) -> AsyncIterator[Market]:
    """Serve the market on which the demo has replayed its last sales. It is the same each time."""
    rules = MarketRules()
    catalogue = read_catalogue(None, rules)
    sales = read_sales(None, catalogue, rules)[-last:]
    quiet = Console(file=io.StringIO())
    async with (
        _served(opening_of(sales)) as (application, clock, app),
        running_server(app, "127.0.0.1", 0) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as http,
    ):
        replay = Replay(application, http, OwnClock(clock), quiet)
        _, people = await replay.run(catalogue, sales)
        await _still_going_on(people)
        await _in_trouble(application)
        await _photographed(application)
        yield Market(application, clock, app, url, http, people)
