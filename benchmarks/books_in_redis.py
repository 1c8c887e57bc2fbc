"""What it costs to publish the order books in Redis, and to read them there.

    uv run nox -s bench -- books_in_redis [--seconds 5] [--callers 64] [--rounds 3]

Two exchanges on SQLite take turns, one of them with a Redis on the same machine. Callers place an
ask or a bid that rests and cancel it again, in 12 books. Then callers read the book, and the market
of a size, in the process with the engine, which has them in memory, and in the same process as one
without the engine does, from Redis.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from servers.valkey_server import running_valkey
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.composition.health import view_health_of
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings, StoreSettings
from solebook.ports.language.market import Condition
from solebook.ports.language.rules import MarketRules

from .in_turn import Figures, in_turn, ratio
from .market import SIZES, Market, actor, collect_rarely, open_market, run_served

RULES = MarketRules(max_unpaid_orders=1_000_000, max_open_quotes=1_000_000)
DEPTH = 20

Work: TypeAlias = Callable[[int], Awaitable[Any]]


async def per_second(work: Work, *, seconds: float, callers: int) -> float:
    """Return how often callers can do something in a second."""
    until = time.perf_counter() + seconds
    done = 0

    async def call(number: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await work(number)
            await asyncio.sleep(0)  # reads from memory wait for nothing
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(call(number) for number in range(callers)))
    return done / (time.perf_counter() - began)


def quoting(market: Market) -> Work:
    """Return what places a quote that rests, and cancels it."""
    bidding, product_id = market.application.bidding, market.product.id
    dice = random.Random(7)

    async def quote(number: int) -> None:
        users = market.sellers if number % 2 else market.buyers
        owner = actor(users[number % len(users)])
        place = partial(
            bidding.place_ask if number % 2 else bidding.place_bid,
            owner,
            product_id=product_id,
            size=dice.choice(SIZES),
        )
        placed = await place(amount=100 * (200 + dice.randint(1, 30) * (1 if number % 2 else -1)))
        await bidding.cancel_quote(owner, placed.quote.side, placed.quote.id)

    return quote


def reading(market: Market, application: Application) -> dict[str, Work]:
    """Return what reads the book and the market of a size."""
    bidding, product_id = application.bidding, market.product.id

    async def book(number: int) -> None:
        await bidding.view_book(product_id, SIZES[number % len(SIZES)], Condition.NEW, depth=DEPTH)

    async def best(number: int) -> None:
        size = SIZES[number % len(SIZES)]
        await bidding.view_market(None, product_id, size, Condition.NEW)

    return {"book": book, "market": best}


async def fill(market: Market) -> None:
    """Let some quotes rest at 20 prices on each side of every book."""
    bidding, product_id = market.application.bidding, market.product.id
    for size in SIZES:
        for step in range(DEPTH):
            seller, buyer = market.sellers[step], market.buyers[step]
            ask, bid = 24_000 + 100 * step, 16_000 - 100 * step
            await bidding.place_ask(actor(seller), product_id=product_id, size=size, amount=ask)
            await bidding.place_bid(actor(buyer), product_id=product_id, size=size, amount=bid)


async def measure(redis: str | None, *, seconds: float, callers: int) -> Figures:
    """Return how many quotes, and with a Redis how many reads, are answered in a second."""
    measured = partial(per_second, seconds=seconds, callers=callers)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="solebook-bench-")))
        market = await stack.enter_async_context(
            open_market(folder, store="sqlite", rules=RULES, redis=redis)
        )
        await engine_of(market.application).start()
        stack.push_async_callback(engine_of(market.application).stop)
        await fill(market)
        quoted = await measured(quoting(market))
        figures: Figures = {"quotes_per_second": quoted}
        sources = {"memory": market.application}
        if redis is not None:
            health = await view_health_of(market.application)()
            print(f"books in Redis: {health['books in redis'].state}")
            settings = Settings(
                folder=str(folder),
                store=StoreSettings(adapter="sqlite"),
                market=RULES,
                redis=RedisSettings(url=redis),
            )
            reader = await stack.enter_async_context(open_application(settings, migrate=False))
            sources["redis"] = reader
        for source, application in sources.items():
            for what, work in reading(market, application).items():
                read = await measured(work)
                figures[f"{what}_from_{source}_per_second"] = read
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    how = {"seconds": options.seconds, "callers": options.callers}
    collect_rarely()

    def run(redis: str | None) -> Figures:
        return run_served(measure(redis, **how))

    with running_valkey() as server:
        medians = in_turn(
            {"without": partial(run, None), "with": partial(run, server.url)}, options.rounds
        )
    with_redis, without = medians["with"], medians["without"]
    of, to = with_redis["quotes_per_second"], without["quotes_per_second"]
    ratio("quotes with Redis, to those without", of, to)
    for what in ("book", "market"):
        from_redis = with_redis[f"{what}_from_redis_per_second"]
        from_memory = with_redis[f"{what}_from_memory_per_second"]
        ratio(f"reads of a {what} from Redis, to those from memory", from_redis, from_memory)


if __name__ == "__main__":
    main()
