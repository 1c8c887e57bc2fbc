"""An exchange in a folder, prepared and inspected without the command line."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.composition.exclusive import exclusive
from solebook.config.settings import SecuritySettings, Settings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.audit import Act
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Quote
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role

from ...exchange import SIZE, Exchange

T = TypeVar("T")

PASSWORD = "correct horse battery"
SELLER = "seller@example.com"
BUYER = "buyer@example.com"


def settings_of(folder: Path) -> Settings:
    return Settings(folder=str(folder), security=SecuritySettings(bcrypt_cost=4))


def within(folder: Path, work: Callable[[Application], Awaitable[T]]) -> T:
    """Run something in the exchange of a folder."""

    async def done() -> T:
        async with open_application(settings_of(folder)) as application:
            return await work(application)

    return asyncio.run(done())


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Run the exchange of a folder in another thread, as `solebook serve` does."""
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        settings = settings_of(folder)
        with exclusive(settings):
            async with open_application(settings) as application, Workers(application).running():
                ready.set()
                await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10), "the exchange does not start"
        yield
    finally:
        over.set()
        thread.join()


def audit_log(folder: Path) -> list[Act]:
    """Return the audit log, oldest first."""

    async def work(app: Application) -> list[Act]:
        page = await app.adapters.store.audit_log.page(PageRequest(limit=100))
        return [entry.act for entry in reversed(page.items)]

    return within(folder, work)


def open_asks(folder: Path, count: int = 1) -> list[Quote]:
    """Create a seller with asks in the books, whose events are not relayed yet."""

    async def work(app: Application) -> list[Quote]:
        exchange = Exchange(app)
        seller = await exchange.new_seller(email=SELLER)
        exchange.product = await exchange.new_product(SIZE, style_code="DD1391-100")
        await engine_of(app).start()
        asks = [await exchange.ask(seller, 30_000 + number * 100) for number in range(count)]
        await engine_of(app).stop()
        return [ask.quote for ask in asks]

    return within(folder, work)


def stored(folder: Path, quote: Quote) -> Quote:
    """Return the current state of a quote."""

    async def work(app: Application) -> Quote:
        return await app.adapters.store.quotes.get(quote.id)

    return within(folder, work)


def is_suspended(folder: Path, user_id: UserId) -> bool:
    async def work(app: Application) -> bool:
        return (await app.adapters.store.users.get(user_id)).suspended

    return within(folder, work)


def traded(folder: Path, until: OrderStatus = OrderStatus.CONFIRMED) -> Order:
    """Let a buyer and a seller trade, until their order has a status."""
    [ask] = open_asks(folder)

    async def work(app: Application) -> Order:
        exchange, store = Exchange(app), app.adapters.store
        exchange.product = await store.products.get(ask.book.product_id)
        buyer = await exchange.new_buyer(email=BUYER)
        staff = UserId(app.adapters.ids.new())
        exchange.admin = Actor(staff, frozenset({Role.ADMIN}))
        exchange.authenticator = Actor(staff, frozenset({Role.AUTHENTICATOR}))
        await engine_of(app).start()
        bid = await exchange.bid(buyer, ask.amount)
        assert bid.match is not None
        await exchange.workers.settle()
        await engine_of(app).stop()
        return await exchange.bring(bid.match.id, until)

    return within(folder, work)
