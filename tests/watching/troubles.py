"""What goes wrong in an exchange, each with the alerts that must fire."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from litestar import Litestar

from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.prometheus.measurements import PrometheusMeasurements
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.system.clock import SystemClock
from solebook.composition.build import build_application
from solebook.composition.embedded import in_another_process
from solebook.composition.engine import engine_of
from solebook.composition.keepers import build_keepers
from solebook.composition.metrics import read_from
from solebook.config.http import HttpSettings
from solebook.core.bidding.matching_engine import EngineLimits
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.health_app import create_health_app
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.worker import workers
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.users import Role

from ..entrypoints.http.world import PRODUCT, World
from ..exchange import Exchange
from .scrapes import Watched, watch
from .stand_ins import AwayOutbox, AwayWork, Broken, held_books

_PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
_WITHOUT_LIMITS = HttpSettings(user_limit=_PLENTY, address_limit=_PLENTY, credentials_limit=_PLENTY)

Trouble = Callable[[Path], Awaitable[Watched]]
TROUBLES: dict[str, tuple[Trouble, tuple[str, ...]]] = {}


def fires(*alerts: str) -> Callable[[Trouble], Trouble]:
    """Note which alerts must fire after a trouble, in the last minute that it scrapes."""

    def note(trouble: Trouble) -> Trouble:
        TROUBLES[trouble.__name__] = trouble, alerts
        return trouble

    return note


@asynccontextmanager
async def market(watched: Watched) -> AsyncIterator[World]:
    """Put the API before an exchange, and people of every kind into it."""
    exchange = watched.exchange
    await engine_of(exchange.app).start()
    app = create_app(exchange.app, _WITHOUT_LIMITS)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        world = World(exchange.app, app, client, exchange.clock, exchange.workers)
        admin = await world.person("admin", Role.ADMIN)
        world.product_id = (await world.ok("POST", "/v1/products", admin, json=PRODUCT))["id"]
        await world.buyer("buyer")
        await world.seller("seller")
        yield world


async def called(app: Litestar, path: str) -> httpx.Response:
    """Return the answer of a GET."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        return await client.get(path)


# ---- nothing ------------------------------------------------------------------------------------


@fires()
async def nothing(_: Path) -> Watched:
    watched = watch()
    async with market(watched) as world:
        buyer, seller = world.people["buyer"], world.people["seller"]

        async def trade() -> None:
            await world.order(buyer, seller)
            await world.get("/v1/products")

        await watched.minutes(8, trade)
        await watched.minutes(4)
        await engine_of(world.application).stop()
    return watched


# ---- what users get -----------------------------------------------------------------------------


@fires("AvailabilityBurnsFast", "AvailabilityBurnsSlowly")
async def the_store_refuses_orders(_: Path) -> Watched:
    books, change = held_books()
    watched = watch(change=change)
    async with market(watched) as world:
        await watched.scrape()
        books[0].is_away = True
        seller = world.people["seller"]

        async def ask() -> None:
            assert (await world.post("/v1/asks", seller, world.quote())).status_code == 503

        await watched.minutes(3, ask)
        watched.last(1)
        await watched.minutes(3, lambda: world.sign_in(seller))
        watched.last(1)
        for __ in range(12):
            await world.sign_in(seller)
            await ask()
            await watched.scrape()
        books[0].is_away = False
        await engine_of(world.application).stop()
    return watched


@fires("OrderLatencyBurnsFast")
async def the_disk_is_slow(_: Path) -> Watched:
    books, change = held_books()
    watched = watch(change=change)
    async with market(watched) as world:
        await watched.scrape()
        books[0].seconds = 0.51
        seller = world.people["seller"]

        await watched.minutes(2, lambda: world.ask(seller, 50_000))
        watched.last(2)
        books[0].seconds = 0.0
        await engine_of(world.application).stop()
    return watched


@fires("OrderLatencyBurnsSlowly")
async def the_disk_was_slow_a_while_ago(folder: Path) -> Watched:
    watched = await the_disk_is_slow(folder)
    watched.last(16)
    return watched


async def _slow_confirmations() -> Watched:
    watched = watch()
    await watched.exchange.open()
    await watched.scrape()
    for __ in range(3):
        await watched.exchange.match()
        await watched.scrape()  # nobody works for a minute
        await watched.exchange.workers.settle()
    await watched.scrape()
    return watched


@fires("ConfirmLatencyBurnsFast")
async def orders_are_confirmed_late(_: Path) -> Watched:
    return await _slow_confirmations()


@fires("ConfirmLatencyBurnsSlowly")
async def orders_were_confirmed_late_a_while_ago(_: Path) -> Watched:
    watched = await _slow_confirmations()
    watched.last(17)
    return watched


# ---- background work ----------------------------------------------------------------------------


@fires("OrdersWaitToBeCharged", "OutboxLags")
async def nobody_works(_: Path) -> Watched:
    watched = watch()
    await watched.exchange.open()
    await watched.exchange.match()
    await watched.minutes(4)
    return watched


@fires("OrderStaysUnpaid", "DeadlinesLate")
async def nobody_works_for_hours(_: Path) -> Watched:
    watched = watch()
    await watched.exchange.open()
    await watched.exchange.match()
    await watched.exchange.clock.advance(timedelta(hours=3))
    await watched.minutes(7)
    return watched


@fires("QueueLags")
async def nobody_delivers_letters(_: Path) -> Watched:
    watched = watch()
    await watched.exchange.open()
    await watched.exchange.match()
    await watched.exchange.workers.relay.drain()
    await watched.minutes(18)
    return watched


@fires("DeadLetters")
async def a_letter_cannot_be_sent(_: Path) -> Watched:
    watched = watch(mailer=Broken())
    exchange = watched.exchange
    await exchange.open()
    await exchange.match()
    while not (await exchange.store.waiting_work.view(1)).dead_letters:
        await exchange.later(timedelta(hours=1))
    await watched.minutes(2)
    return watched


@fires("LoopFails")
async def a_loop_fails_again_and_again(_: Path) -> Watched:
    watched = watch()
    await watched.exchange.open()
    failures = 0
    over = asyncio.Event()

    async def run() -> None:
        nonlocal failures
        failures += 1
        if failures > 30:
            over.set()
            await asyncio.Event().wait()
        if failures % 5 == 0:
            await watched.scrape()
        raise Unavailable(what="the store")

    pause, workers._PAUSE = workers._PAUSE, 0.0
    running = asyncio.create_task(workers._keep_running("relay", run, watched.measurements))
    await over.wait()
    workers._PAUSE = pause
    running.cancel()
    return watched


# ---- leases and engine --------------------------------------------------------------------------


@fires("ShardWithoutEngine", "DependencyDown")
async def the_engine_has_stopped(_: Path) -> Watched:
    watched = watch()
    await watched.exchange.open()
    await watched.scrape()
    await engine_of(watched.exchange.app).stop()
    await watched.minutes(8)
    return watched


@fires("NobodyRelays", "ShardWithoutEngine")
async def no_process_may_own_anything(_: Path) -> Watched:
    async def find_obstacle() -> str:
        return "the clocks differ"

    exchange = watch().exchange
    stopwatch = VirtualStopwatch(exchange.clock)
    leases = exchange.store.leases
    keepers = build_keepers(leases, stopwatch, holder="here", obstacle=find_obstacle)
    measurements = PrometheusMeasurements()
    adapters = replace(in_another_process(exchange.app.adapters), measurements=measurements)
    shared = Exchange(build_application(adapters, keepers=keepers))
    read_from(measurements, shared.app, dict)
    watched = Watched(shared, measurements)
    async with shared.workers.running():
        await watched.minutes(3)
    return watched


@fires("EngineQueueLong")
async def a_commit_hangs(_: Path) -> Watched:
    books, change = held_books()
    watched = watch(change=change, limits=EngineLimits(queue=4, batch=1))
    exchange = watched.exchange
    await exchange.open()
    books[0].seconds = 3_600
    asks = [asyncio.create_task(exchange.ask(exchange.seller, 20_000 + 100 * n)) for n in range(4)]
    await asyncio.sleep(0.01)
    await watched.minutes(3)
    engine_of(exchange.app).abandon()
    await asyncio.gather(*asks, return_exceptions=True)
    return watched


@fires("EngineBatchesFail")
async def a_commit_fails(_: Path) -> Watched:
    books, change = held_books()
    watched = watch(change=change)
    exchange = watched.exchange
    await exchange.open()
    await watched.scrape()
    books[0].is_away = True
    await asyncio.gather(exchange.ask(exchange.seller), return_exceptions=True)
    await watched.scrape()
    return watched


# ---- the store and the machine ------------------------------------------------------------------


@fires("StoreInTrouble", "StoreNotRead")
async def the_store_does_not_answer(_: Path) -> Watched:
    outbox = AwayOutbox()  # type: ignore[abstract]  # nothing else is asked
    watched = watch(change=lambda s: replace(s, outbox=outbox, waiting_work=AwayWork()))
    await watched.minutes(4)
    return watched


@fires("ClockWrong")
async def the_clock_was_set(_: Path) -> Watched:
    wall, passed = datetime(2026, 3, 2, tzinfo=UTC), 0.0
    clock = SystemClock(lambda: wall, lambda: passed)
    watched = watch(real_clock=clock)
    wall, passed = wall + timedelta(days=1), 1.0
    await watched.minutes(3)
    return watched


@fires("PoolExhausted")
async def a_transaction_keeps_the_others_waiting(folder: Path) -> Watched:
    async with SqlDatabase(f"sqlite:///{folder / 'pool.sqlite3'}") as database:
        watched = watch(
            pools=lambda: {f"store {name}": use for name, use in database.pools().items()}
        )
        driver = database._driver
        writing = await driver.begin()
        waiting = asyncio.create_task(driver.begin())
        await asyncio.sleep(0)
        await watched.minutes(6)
        await driver.undo(writing)
        await driver.undo(await waiting)
    return watched


@fires("FilesRunOut")
async def files_run_out(_: Path) -> Watched:
    watched = watch()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(used / 0.95) + 2, limits[1]))
    try:
        await watched.minutes(7)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    return watched


@fires("ProcessDown", "NothingWatched")
async def the_process_is_gone(_: Path) -> Watched:
    watched = watch()
    async with httpx.AsyncClient() as client:
        async with running_server(create_health_app(watched.exchange.app), "127.0.0.1", 0) as url:
            watched.take((await client.get(f"{url}/metrics")).text)
        for __ in range(4):
            try:
                await client.get(f"{url}/metrics")
            except httpx.ConnectError:
                watched.fail()
    return watched
