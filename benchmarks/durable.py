"""Durable orders per second on PostgreSQL, compared with a transaction for each order.

    uv run nox -s bench -- durable [--seconds 3] [--rounds 3] [--callers 1 8 64 256]

Callers place orders, each after the answer to the previous one. A third of the orders match, in 48
books. The peer (`order_by_order.py`) checks the same and writes the same rows, by a transaction per
order under the book's advisory lock. A second one checks nothing of the traders. All run in turn,
each in its own process with a new database of the same server, which syncs each commit to the disk.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, count, cycle, islice
from typing import Any, TypeAlias
from uuid import UUID

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.ids import SystemIds
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.ports.language.ids import ProductId, QuoteId
from solebook.ports.language.market import BookKey, Side, Size
from solebook.ports.language.placement import PlaceQuote
from solebook.ports.language.rules import MarketRules

from .in_turn import Figures, Measurement, in_turn, ratio, run
from .market import collect_rarely, run_served
from .order_by_order import CONNECTIONS, order_by_order
from .postgres_market import BUYERS, SELLERS, Databases, durable_postgres

CALLERS = (1, 8, 64, 256)
BOOKS = tuple(
    BookKey(ProductId(UUID(int=product)), Size(str(size)))
    for product in range(1, 5)
    for size in range(4, 16)
)
RULES = MarketRules(max_unpaid_orders=1_000_000, max_open_quotes=1_000_000)
_READY = 30_000
"""How many orders there are before the time begins, because making them is nobody's work here."""
_WARM_UP = 0.5
"""Seconds in which connections are opened and statements prepared."""

Place: TypeAlias = Callable[[PlaceQuote], Awaitable[Any]]


def orders(dice: random.Random) -> Iterator[PlaceQuote]:
    """Yield orders without end: an ask, a bid that rests, and a bid that matches the ask."""
    ids = SystemIds(SystemClock())
    expires_at = datetime.now(UTC) + timedelta(days=30)
    buyers, sellers = cycle(BUYERS), cycle(SELLERS)
    for number in count():
        # Each request has an object of its own.
        key = BOOKS[number % len(BOOKS)]
        for side, amount in (
            (Side.ASK, 20_000),
            (Side.BID, dice.randrange(50, 100) * 100),
            (Side.BID, 20_000),
        ):
            yield PlaceQuote(
                id=QuoteId(ids.new()),
                side=side,
                user_id=next(buyers if side is Side.BID else sellers),
                book=BookKey(key.product_id, key.size),
                amount=amount,
                expires_at=expires_at,
            )


async def keep_placing(place: Place, callers: int, seconds: float) -> Figures:
    """Let callers place orders for a time, and return how many were answered a second."""
    coming = orders(random.Random(7))
    ready = [*islice(coming, _READY)]
    coming = chain(ready, coming)
    answered = matched = 0
    until = time.perf_counter() + _WARM_UP
    begun, busy = time.perf_counter(), time.process_time()

    async def call() -> None:
        nonlocal answered, matched
        while time.perf_counter() < until:
            placed = await place(next(coming))
            answered += 1
            matched += bool(getattr(placed, "match", placed))

    await asyncio.gather(*(call() for _ in range(callers)))
    answered = matched = 0
    begun, busy = time.perf_counter(), time.process_time()
    until = begun + seconds
    await asyncio.gather(*(call() for _ in range(callers)))
    taken, cpu = time.perf_counter() - begun, time.process_time() - busy
    return {
        "orders_per_second": answered / taken,
        "share_that_match": matched / answered,
        "cpu_ms_per_order": cpu / answered * 1_000,
    }


@asynccontextmanager
async def engine(url: str, _: int) -> AsyncIterator[Place]:
    """Open an exchange without background work, and start its engine."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        settings = Settings(
            folder=folder,
            store=StoreSettings(url=url),
            security=SecuritySettings(bcrypt_cost=4),
            market=RULES,
        )
        async with open_application(settings) as application:
            matching = engine_of(application)
            await matching.start()
            await matching.loaded()
            yield matching.place
            await matching.stop()


@asynccontextmanager
async def peer(url: str, callers: int, *, checks: bool = True) -> AsyncIterator[Place]:
    """Open the peer with as many connections as it is fastest with."""
    async with order_by_order(url, min(callers, CONNECTIONS), checks=checks) as placing:
        yield placing.place


OPENED: dict[str, Callable[[str, int], AbstractAsyncContextManager[Place]]] = {
    "engine": engine,
    "peer": peer,
    "peer without checks": partial(peer, checks=False),
}


async def measure(name: str, url: str, callers: int, seconds: float) -> Figures:
    """Return how many orders a second one of them makes durable."""
    async with OPENED[name](url, callers) as place:
        collect_rarely()
        return await keep_placing(place, callers, seconds)


def in_new_database(databases: Databases, name: str, callers: int, seconds: float) -> Figures:
    with databases.new() as url:
        of = ("--of", name, "--url", url, "--callers", str(callers), "--seconds", str(seconds))
        return run("durable", *of)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, nargs="+", default=CALLERS)
    parser.add_argument("--once", action="store_true", help="one measurement; needs --of and --url")
    parser.add_argument("--of", choices=OPENED)
    parser.add_argument("--url")
    options = parser.parse_args()
    if options.once:
        [callers] = options.callers
        measured = measure(options.of, options.url, callers, options.seconds)
        print(json.dumps(run_served(measured)))
        return
    with durable_postgres() as server:
        databases = Databases(server)
        measurements: dict[str, Measurement] = {
            f"{name}, {callers} callers": partial(
                in_new_database, databases, name, callers, options.seconds
            )
            for callers in options.callers
            for name in OPENED
        }
        medians = in_turn(measurements, options.rounds)
    for callers in options.callers:
        of, to, less = (
            medians[f"{name}, {callers} callers"]["orders_per_second"] for name in OPENED
        )
        print(f"{callers} callers: {of:,.0f} orders a second, and {to:,.0f} one by one")
        ratio(f"{callers} callers: to a transaction for each order", of, to)
        ratio(f"{callers} callers: to one that checks nothing of the traders", of, less)


if __name__ == "__main__":
    main()
