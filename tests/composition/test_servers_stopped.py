"""All servers around an exchange are killed in the middle of trading, and started again."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from statistics import median
from typing import Any, Literal

import msgspec
from aiosmtpd.smtp import Envelope

from solebook.composition.container import open_application
from solebook.config.influx import InfluxSettings
from solebook.config.messengers import HttpPushSettings, SmtpSettings, TwilioSettings
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import Settings
from solebook.config.typesense import TypesenseSettings
from solebook.config.users import UsersSettings
from solebook.core.notifications.outdated import is_outdated
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.analytics import Candle, Interval
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.mail import message_id
from solebook.ports.language.market import BookKey, Condition
from solebook.ports.language.notifications import Channel, Notification
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.search import SearchQuery
from solebook.ports.language.users import Role

from ..core.notifications.test_servers_away import Servers
from ..exchange import SIZE, Exchange
from ..influx_server import InfluxServer
from ..mail_server import running_mail_server
from ..typesense_server import TypesenseServer

SHORT, LONG = 6.0, 60.0
"""Seconds for which the servers are gone."""
SECONDS = 20.0
"""Within these, index and charts are caught up with. It takes a few if the machine is not busy."""
PAUSE = 0.1
"""Seconds between two trades, so that a quick machine makes no more letters than it can send."""
PATIENCE = 60.0
"""Seconds for a trade, and for all letters, which give way to trades."""
WORKERS = NotificationsSettings().workers
"""So many messages of a channel may be under way when its server is killed."""
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PUSH)


@dataclass
class Market:
    """An exchange on which two people trade, and how long each trade took."""

    exchange: Exchange
    products: Sequence[Product] = ()
    orders: list[OrderId] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    """Seconds from a bid until its order was confirmed."""

    async def open(self) -> None:
        exchange = self.exchange
        exchange.buyer, exchange.seller = await exchange.new_buyer(), await exchange.new_seller()
        exchange.admin = await exchange.person(Role.ADMIN)
        self.products = [
            await exchange.new_product(SIZE, style_code=f"DD1391-10{number}") for number in range(3)
        ]
        await exchange.want(list(Channel))

    async def trade(self, product: Product) -> None:
        bidding, exchange = self.exchange.app.bidding, self.exchange
        book: dict[str, Any] = {"product_id": product.id, "size": SIZE}
        price = 20_000 + 100 * (len(self.orders) % 50)
        await bidding.place_ask(exchange.seller, **book, amount=price)
        began = time.monotonic()
        placed = await bidding.place_bid(exchange.buyer, **book, amount=price)
        assert placed.match is not None
        self.orders.append(placed.match.id)
        async with asyncio.timeout(PATIENCE):
            while (await exchange.order(placed.match.id)).status is not OrderStatus.CONFIRMED:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        self.took.append(time.monotonic() - began)

    async def trade_for(self, seconds: float) -> float:
        """Trade, cancel an order, and return the median of how long the trades took."""
        until = time.monotonic() + seconds
        began_with = len(self.took)
        for product in cycle(self.products):
            await self.trade(product)
            await asyncio.sleep(PAUSE)
            if time.monotonic() > until and len(self.took) > began_with + 5:
                break
        seller, last = self.exchange.seller, self.orders[-1]
        await self.exchange.app.orders.cancel_order(seller, last, reason="sold elsewhere")
        standing = self.products[len(self.orders) % 3]
        amount = 100_000 - 100 * (len(self.orders) % 700)
        await self.exchange.app.bidding.place_ask(
            seller, product_id=standing.id, size=SIZE, amount=amount
        )
        return median(self.took[began_with:])

    # ---- what the store has, and what the servers have --------------------------------

    async def figures(self) -> dict[ProductId, tuple[int, int | None]]:
        """Return the sales and the lowest ask of each product."""
        adapters = self.exchange.app.adapters
        found: dict[ProductId, tuple[int, int | None]] = {}
        for product in await self.stored_products():
            view = await adapters.book_views.get(BookKey(product.id, product.sizes[0]), 1)
            found[product.id] = (await adapters.store.tape.count(product.id), view.lowest_ask)
        return found

    async def stored_products(self) -> Sequence[Product]:
        return (await self.exchange.app.adapters.stored_products.page(PageRequest(100))).items

    async def indexed(self) -> dict[ProductId, tuple[int, int | None]]:
        results = await self.exchange.app.search.search_products(SearchQuery("brand", limit=100))
        return {hit.product_id: (hit.sales, hit.lowest_ask) for hit in results.hits}

    async def candles(self, *, drawn: bool) -> dict[tuple[ProductId, str], Sequence[Candle]]:
        adapters = self.exchange.app.adapters
        charts = adapters.charts.drawn if drawn else adapters.store.charts
        assert charts is not None
        now = adapters.clock.now()
        intervals: tuple[Literal[Interval.HOUR, Interval.DAY], ...] = (Interval.HOUR, Interval.DAY)
        return {
            (product.id, interval): await charts.candles(
                product.id,
                interval,
                now - timedelta(days=2),
                now + timedelta(days=1),
                condition=Condition.NEW,
            )
            for product in self.products
            for interval in intervals
        }

    async def told(self) -> Sequence[Notification]:
        """Return what the exchange told the two, also in the app."""
        told: list[Notification] = []
        for person in (self.exchange.buyer, self.exchange.seller):
            request: PageRequest | None = PageRequest(100)
            while request is not None:
                page = await self.exchange.store.notifications.of_user(person.user_id, request)
                told += page.items
                request = PageRequest(100, page.next_cursor) if page.next_cursor else None
        return told

    async def still_true(self, told: Sequence[Notification]) -> Sequence[Notification]:
        """Return what is told of orders and also sent late."""
        status = {order.id: order.status for order in await self.exchange.orders()}
        return [
            one
            for one in told
            if one.notice.order_id is not None
            and not is_outdated(one.notice.KIND, status[one.notice.order_id])
        ]


@asynccontextmanager
async def opened(settings: Settings, servers: Servers, **others: Any) -> AsyncIterator[Market]:
    texts, pushes = (f"http://127.0.0.1:{port}" for port in servers.ports)
    settings = msgspec.structs.replace(
        settings,
        users=UsersSettings(verify_addresses=False),
        notifications=NotificationsSettings(
            mail="smtp", sms="twilio", push="http", timeout=timedelta(seconds=2)
        ),
        smtp=SmtpSettings("127.0.0.1", servers.mail.port, "none", per_second=1_000),
        twilio=TwilioSettings("AC1", "token", "+15550199", texts, per_second=1_000),
        http_push=HttpPushSettings(pushes, per_second=1_000),
        **others,
    )
    async with open_application(settings) as app, Workers(app).running():
        market = Market(Exchange(app))
        await market.open()
        yield market


async def eventually(holds: Callable[[], Awaitable[bool]], until: float) -> None:
    """Return when something holds. Raises TimeoutError."""
    async with asyncio.timeout(until - time.monotonic()):
        while True:
            with suppress(Unavailable):
                if await holds():
                    return
            await asyncio.sleep(0.2)


async def test_everything_is_caught_up_with_within_seconds_and_no_message_is_lost(
    on_sqlite: Settings,
    own_typesense_server: TypesenseServer,
    own_influx_server: InfluxServer,
    full: bool,
) -> None:
    typesense, influx = own_typesense_server, own_influx_server
    influx.create_database(InfluxSettings().database)
    others = {
        "typesense": TypesenseSettings(url=typesense.url, api_key=typesense.key),
        "influx": InfluxSettings(url=influx.url),
    }
    async with running_mail_server() as mail:
        servers = Servers(mail)
        await servers.start()
        async with opened(on_sqlite, servers, **others) as market:
            before = await market.trade_for(1)

            trading = asyncio.create_task(market.trade_for(LONG if full else SHORT))
            await asyncio.sleep(0.2)  # they are killed amid trades
            for kill in (typesense.kill, influx.kill):
                await asyncio.to_thread(kill)
            await mail.stop()
            await servers.stop()
            new = await market.exchange.new_product(SIZE, style_code="NEW-1")
            meanwhile = await trading

            for start in (typesense.start, influx.start):
                await asyncio.to_thread(start)
            await mail.start()
            await servers.start()
            await market.trade_for(0)
            until = time.monotonic() + SECONDS

            async def is_indexed() -> bool:
                return await market.indexed() == await market.figures()

            async def is_charted() -> bool:
                return await market.candles(drawn=True) == await market.candles(drawn=False)

            async def is_told() -> bool:
                needed = await market.still_true(await market.told())
                arrived = arrivals(servers, market)
                return all(not wanted(needed, one) - arrived[one] for one in CHANNELS)

            for holds in (is_indexed, is_charted):
                await eventually(holds, until)
            await eventually(is_told, until + (2 * PATIENCE if full else PATIENCE))
            assert new.id in await market.indexed()

            told = await market.told()
            for channel, arrived in arrivals(servers, market).items():
                again = arrived - wanted(told, channel)
                # Twilio's list is read first. The others have no key, so what was under way when
                # they were killed may come twice.
                assert again.total() <= (0 if channel is Channel.SMS else WORKERS), channel
            assert len(told) > len(market.orders)
            assert meanwhile < 3 * before + 0.2
        await servers.stop()


def wanted(told: Sequence[Notification], channel: Channel) -> Counter[str]:
    """Return what should arrive over a channel, by its id, or by user and text."""
    if channel is Channel.EMAIL:
        return Counter(str(message_id(one.id, channel)) for one in told)
    return Counter(f"{one.user_id} {one.brief}" for one in told)


def id_of(mail: Envelope) -> str:
    """Return the id of a mail. The exchange waits meanwhile, so the rest is not parsed."""
    assert isinstance(mail.content, bytes)
    _, _, after = mail.content.partition(b"Message-ID: <")
    return after.partition(b"@")[0].decode()


def arrivals(servers: Servers, market: Market) -> Mapping[Channel, Counter[str]]:
    """Return what arrived over each channel, named as above."""
    people = (market.exchange.buyer, market.exchange.seller)
    users = {
        name: person.user_id
        for number, person in enumerate(people)
        for name in (f"+1555010{number}", f"device-{number}")
    }
    return {
        Channel.EMAIL: Counter(map(id_of, servers.mail.received)),
        Channel.SMS: Counter(f"{users[m['to']]} {m['body']}" for m in servers.texts.taken),
        Channel.PUSH: Counter(f"{users[m['device']]} {m['message']}" for m in servers.pushes.taken),
    }
