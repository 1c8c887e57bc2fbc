"""Applications of one exchange that reach each other over NATS, as processes do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Set
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import msgspec
import nats
import pytest
from nats.aio.msg import Msg

from solebook.adapters.embedded import tokens
from solebook.adapters.nats.subjects import EventNames
from solebook.adapters.sql.migrate import migrate
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.composition.nats_bus import PARTITIONS, prepare_broker, watching_broker
from solebook.config.encryption import EncryptionKeySettings, EncryptionSettings
from solebook.config.nats import NatsSettings
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.core.operations.view_backlog import ViewBacklog
from solebook.entrypoints.services.serving import serving_services
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import PayoutAccountChanged
from solebook.ports.language.market import BookKey, QuoteStatus, Size
from solebook.ports.language.messages import BrokerBacklog
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..nats_line import Break, nats_line
from ..nats_server import NatsServer
from ..postgres_server import PostgresServer
from ..served import ADDRESS

SIZE = "9"
PATIENCE = 120.0
"""Seconds for what takes a few on a quiet machine."""
HTTP: Set[ProcessRole] = frozenset({ProcessRole.HTTP})
ENGINE: Set[ProcessRole] = frozenset({ProcessRole.MATCHING})
OTHERS = ALL_ROLES - HTTP - ENGINE
ADMIN = Actor(OPERATOR.user_id, frozenset({Role.ADMIN}))
SEALING = EncryptionSettings((EncryptionKeySettings("2026", "k" * 32),), current="2026")


@pytest.fixture
async def settings(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> Settings:
    settings = Settings(
        folder=str(tmp_path),
        security=SecuritySettings(bcrypt_cost=4),
        store=StoreSettings(url=postgres_url),
        nats=NatsSettings(url=nats_server.url, prefix=f"test-{uuid4().hex}"),
        encryption=SEALING,
    )
    await prepare_broker(settings)
    return settings


@asynccontextmanager
async def process(settings: Settings, roles: Set[ProcessRole]) -> AsyncIterator[Application]:
    async with open_application(settings, roles=roles) as app:
        await app.bidding.require_rules()
        async with Workers(app).running():
            yield app


@asynccontextmanager
async def published(settings: Settings) -> AsyncIterator[list[bytes]]:
    """Yield the messages of the exchange, as the broker gets and stores them."""
    payloads: list[bytes] = []

    async def note(message: Msg) -> None:
        payloads.append(message.data)

    connection = await nats.connect(list(settings.nats.servers))
    try:
        names = EventNames(settings.nats.prefix, PARTITIONS)
        await connection.subscribe(names.every_subject, cb=note)
        await connection.flush()
        yield payloads
    finally:
        await connection.close()


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await is_so():  # noqa: ASYNC110  # other processes act
            await asyncio.sleep(0.01)


async def join(app: Application, name: str) -> Actor:
    user = await app.users.register_user(
        email=f"{name}@example.com", password="correct horse", first_name="Test", last_name="User"
    )
    actor = Actor(user.id, user.roles)
    await app.users.set_payment_method(actor, token=tokens.CARD)
    await app.users.add_address(actor, **ADDRESS)
    await app.users.set_payout_account(actor, account=tokens.ACCOUNT)
    return actor


async def new_book(app: Application) -> BookKey:
    product = await app.catalog.create_product(
        ADMIN,
        style_code=f"DD{uuid4().hex[:6]}",
        brand="Nike",
        model="Dunk Low",
        colorway="White/Black",
        retail_price=11_000,
        release_date=date(2021, 3, 10),
        sizes=[SIZE],
        images=[],
    )
    return BookKey(product.id, Size(SIZE))


async def is_idle(backlog: ViewBacklog) -> bool:
    return await backlog.next_message() is None


async def receives_all(app: Application) -> bool:
    health = await view_health_of(app)()
    shares = [found.state for name, found in health.items() if name.startswith("messages of ")]
    return len(shares) == 5 and set(shares) == {"receives 8 of 8 partitions"}


async def has_leases(app: Application) -> bool:
    health = await view_health_of(app)()
    leases = (health[f"lease of {name}"].state for name in ("matching", "relay"))
    return all(state.startswith("owner") for state in leases)


async def is_reached(app: Application) -> bool:
    try:
        await app.matching.check_ready()
    except Unavailable:
        return False
    return True


async def test_a_process_without_the_engine_trades_and_hears_of_everything(
    settings: Settings,
) -> None:
    async with AsyncExitStack() as stack:
        here, there, *_ = [
            await stack.enter_async_context(process(settings, roles))
            for roles in (HTTP, HTTP, ENGINE, OTHERS)
        ]
        await eventually(lambda: is_reached(here))
        health = await view_health_of(here)()
        assert {name: found.state for name, found in health.items()} == {
            "store": "answers",
            "network": "answers",
            "matching": "answers",
            "clock": "right",
        }
        buyer, seller = await join(here, "buyer"), await join(there, "seller")
        book = await new_book(here)
        reader = await stack.enter_async_context(there.adapters.book_stream.open())
        orders = await stack.enter_async_context(there.adapters.order_stream.follow(buyer.user_id))
        await reader.follow(book)
        assert (await reader.next()).seq == 0

        ask = await here.bidding.place_ask(
            seller, product_id=book.product_id, size=SIZE, amount=20_000
        )
        async with asyncio.timeout(PATIENCE):
            news = await reader.next()
        assert news.book == book
        views = there.adapters.book_views
        assert (await views.get(book, 1)).lowest_ask == 20_000
        bid = await there.bidding.place_bid(
            buyer, product_id=book.product_id, size=SIZE, amount=20_000
        )
        assert bid.match is not None
        assert bid.match.ask_id == ask.quote.id
        async with asyncio.timeout(PATIENCE):
            assert await orders.next() == bid.match.id
        order_id = bid.match.id

        async def is_confirmed() -> bool:
            seen = await there.orders.view_order(buyer, order_id)
            return seen.order.status is OrderStatus.CONFIRMED

        await eventually(is_confirmed)


async def test_the_broker_gets_sealed_events(settings: Settings) -> None:
    async with published(settings) as payloads, process(settings, {ProcessRole.RELAY}) as relay:

        async def has_payout_account() -> bool:
            return any(PayoutAccountChanged.SUBJECT.encode() in payload for payload in payloads)

        await join(relay, "seller")
        await eventually(has_payout_account)
    assert not [payload for payload in payloads if tokens.ACCOUNT.encode() in payload]


async def test_another_exchange_on_the_same_server_needs_a_prefix_of_its_own(
    settings: Settings, postgres_server: PostgresServer
) -> None:
    other = msgspec.structs.replace(
        settings, store=StoreSettings(url=postgres_server.create_database("other"))
    )
    await migrate(other.store_url)
    with pytest.raises(ValueError, match=r"belongs to another exchange.*nats\.prefix"):
        await prepare_broker(other)
    with pytest.raises(ValueError, match="belongs to another exchange"):
        async with open_application(other, roles=HTTP):
            pass
    await prepare_broker(settings)


async def test_the_next_engine_is_found_and_an_order_waits_for_it(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(process(settings, HTTP))
        async with process(settings, ENGINE):
            await eventually(lambda: is_reached(here))
            seller, book = await join(here, "seller"), await new_book(here)
        with pytest.raises(Unavailable):
            await here.matching.check_ready()
        await stack.enter_async_context(process(settings, ENGINE))
        await eventually(lambda: is_reached(here))
        placed = await here.bidding.place_ask(
            seller, product_id=book.product_id, size=SIZE, amount=20_000
        )
        cancelled = await here.bidding.cancel_quote(seller, placed.quote.side, placed.quote.id)
        assert cancelled.status is QuoteStatus.CANCELLED


async def test_a_changed_product_is_forgotten_by_other_processes(settings: Settings) -> None:
    async with process(settings, HTTP) as here, process(settings, HTTP) as there:
        book = await new_book(here)
        before = await there.catalog.view_product(book.product_id)
        await here.catalog.edit_product(ADMIN, book.product_id, model="Dunk High")

        async def is_changed() -> bool:
            return (await there.catalog.view_product(book.product_id)).model == "Dunk High"

        assert before.model == "Dunk Low"
        await eventually(is_changed)


async def test_a_command_sees_what_the_broker_has_until_every_role_received_it(
    settings: Settings,
) -> None:
    async with open_application(settings) as command, watching_broker(command, settings) as app:
        backlog = app.operations.view_backlog
        async with process(settings, frozenset({ProcessRole.RELAY})) as relaying:
            await new_book(relaying)
            while await backlog.has_messages():  # noqa: ASYNC110  # the relay takes them
                await asyncio.sleep(0.01)
            assert isinstance(await backlog.next_message(), BrokerBacklog)
            async with process(settings, OTHERS - {ProcessRole.RELAY}):
                await eventually(lambda: is_idle(backlog))


@pytest.mark.parametrize("how", Break)
async def test_another_process_takes_over_from_an_owner_that_is_cut_off(
    settings: Settings, nats_server: NatsServer, how: Break
) -> None:
    worker = ALL_ROLES - HTTP
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(nats_line(nats_server))
        behind = msgspec.structs.replace(settings, nats=replace(settings.nats, url=line.url))
        here = await stack.enter_async_context(process(settings, HTTP))
        owner = await stack.enter_async_context(process(behind, worker))
        await eventually(lambda: has_leases(owner))
        other = await stack.enter_async_context(process(settings, worker))
        await eventually(lambda: is_reached(here))
        buyer, seller = await join(here, "buyer"), await join(here, "seller")
        book = await new_book(here)

        await line.break_off(how)
        await eventually(lambda: has_leases(other))
        await eventually(lambda: is_reached(here))
        await here.bidding.place_ask(seller, product_id=book.product_id, size=SIZE, amount=20_000)
        bid = await here.bidding.place_bid(
            buyer, product_id=book.product_id, size=SIZE, amount=20_000
        )
        assert bid.match is not None
        order_id = bid.match.id

        async def is_confirmed() -> bool:
            seen = await here.orders.view_order(buyer, order_id)
            return seen.order.status is OrderStatus.CONFIRMED

        await eventually(is_confirmed)
        assert not await has_leases(owner)
        health = await view_health_of(owner)()
        assert health["network"].refusal is not None
        assert "cut off" in str(health["lease of matching"].refusal)
        assert "cut off" in str(health["messages of trade"].refusal)
        await eventually(lambda: receives_all(other))
        await line.mend()


async def test_services_are_served_over_the_connection_of_their_process(
    settings: Settings, nats_server: NatsServer
) -> None:
    async with nats_line(nats_server) as line:
        behind = msgspec.structs.replace(settings, nats=replace(settings.nats, url=line.url))
        async with (
            open_application(behind, roles=frozenset({ProcessRole.SERVICES})) as app,
            serving_services(app, behind),
        ):
            assert line.connections == 1
            client = await nats.connect(nats_server.url)
            found = await client.request(f"{settings.nats.prefix}.services.UserService.GetProfile")
            assert found.headers is not None
            assert found.headers["Nats-Service-Error-Code"] == "401"
            await client.close()
            assert (await view_health_of(app)())["network"].state == "answers"

            await line.break_off(Break.CUT)
            assert (await view_health_of(app)())["network"].state == "does not answer"
            await line.mend()
