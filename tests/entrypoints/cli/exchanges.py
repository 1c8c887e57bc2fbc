"""An exchange in a folder: what is done in it behind the command line's back."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.exclusive import exclusive
from solebook.config.settings import SecuritySettings, Settings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.audit import Act
from solebook.ports.language.authentication import Checks, Verdict
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.market import Quote
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Actor, Role

T = TypeVar("T")

PASSWORD = "correct horse battery"
SELLER = "seller@example.com"


def settings_of(folder: Path) -> Settings:
    return Settings(folder=str(folder), security=SecuritySettings(bcrypt_cost=4))


def within(folder: Path, work: Callable[[Application], Awaitable[T]]) -> T:
    """Do something in the exchange of a folder."""

    async def done() -> T:
        async with open_application(settings_of(folder)) as application:
            return await work(application)

    return asyncio.run(done())


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Have the exchange of a folder run, as `solebook serve` does, in another thread."""
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
    """What the audit log says, oldest first."""

    async def work(app: Application) -> list[Act]:
        page = await app.adapters.store.audit_log.page(PageRequest(limit=100))
        return [entry.act for entry in reversed(page.items)]

    return within(folder, work)


def open_asks(folder: Path, count: int = 1) -> list[Quote]:
    """Have a seller with asks in the books, of whom nobody was told yet."""

    async def work(app: Application) -> list[Quote]:
        user = await app.users.register_user(
            email=SELLER, password=PASSWORD, first_name="Test", last_name="Seller"
        )
        seller = Actor(user.id, frozenset({Role.SELLER}))
        await app.users.set_payout_account(seller, account="acct_seller")
        product = await app.catalog.create_product(
            OPERATOR,
            style_code="DD1391-100",
            brand="Brand",
            model="Model",
            colorway="White/Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=["9"],
            images=[],
        )
        await app.engine.start()
        asks = [
            await app.bidding.place_ask(
                seller, product_id=product.id, size="9", amount=30_000 + number * 100
            )
            for number in range(count)
        ]
        await app.engine.stop()
        return [ask.quote for ask in asks]

    return within(folder, work)


def stored(folder: Path, quote: Quote) -> Quote:
    """A quote as it is now."""

    async def work(app: Application) -> Quote:
        return await app.adapters.store.quotes.get(quote.id)

    return within(folder, work)


def is_suspended(folder: Path, user_id: UserId) -> bool:
    async def work(app: Application) -> bool:
        return (await app.adapters.store.users.get(user_id)).suspended

    return within(folder, work)


# ---- orders ----------------------------------------------------------------------------------

BUYER = "buyer@example.com"
_PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
_PASS = Verdict(True, Checks(True, True, True), ("https://photos.example.com/1.jpg",))


def traded(folder: Path, until: OrderStatus = OrderStatus.CONFIRMED) -> Order:
    """Have a buyer and a seller trade, and their order come as far as this."""
    [ask] = open_asks(folder)

    async def work(app: Application) -> Order:
        user = await app.users.register_user(
            email=BUYER, password=PASSWORD, first_name="Test", last_name="Buyer"
        )
        buyer, seller = Actor(user.id, user.roles), Actor(ask.user_id, frozenset({Role.SELLER}))
        await app.users.set_payment_method(buyer, token="pm_card_visa")
        await app.users.add_address(
            buyer, street="1 Main Street", city="Portland", region="", postal_code="", country="US"
        )
        workers = Workers(app)
        await app.engine.start()
        bid = await app.bidding.place_bid(
            buyer, product_id=ask.book.product_id, size="9", amount=ask.amount
        )
        assert bid.match is not None
        await workers.settle()
        await app.engine.stop()
        return await _bring(app, workers, bid.match.id, seller, buyer, until)

    return within(folder, work)


async def _bring(
    app: Application,
    workers: Workers,
    order_id: OrderId,
    seller: Actor,
    buyer: Actor,
    until: OrderStatus,
) -> Order:
    staff = Actor(UserId(app.adapters.ids.new()), frozenset({Role.AUTHENTICATOR}))

    async def authenticate() -> None:
        await app.orders.receive_pair(staff, order_id)
        await workers.settle()
        task = await app.adapters.store.authentication_tasks.find_by_order(order_id)
        assert task is not None
        await app.authentication.claim_task(staff, task.id)
        await app.authentication.give_verdict(staff, task.id, _PASS)

    steps: dict[OrderStatus, Callable[[], Awaitable[object]]] = {
        OrderStatus.CONFIRMED: lambda: app.orders.ship_pair(seller, order_id, **_PARCEL),
        OrderStatus.SELLER_SHIPPING: authenticate,
        OrderStatus.AUTH_PASSED: lambda: app.orders.dispatch_pair(staff, order_id, **_PARCEL),
        OrderStatus.SHIPPING_TO_BUYER: lambda: app.orders.confirm_delivery(buyer, order_id),
    }
    while (order := await app.adapters.store.orders.get(order_id)).status is not until:
        await steps[order.status]()
        await workers.settle()
    return order
