"""Durable orders per second of one engine, and of several engines in one process (ADR 0079).

    uv run nox -s bench -- shards [--shards 8] [--seconds 3] [--rounds 3] [--callers 8 64 256]

The orders are those of the benchmark `durable`. Each engine has a shard, and writes its own
batches. Both run in turn, each in its own process with a new database.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from solebook.composition.application import Application
from solebook.composition.bidding import adopt_rules_of
from solebook.composition.container import open_application
from solebook.composition.fees import fee_schedule
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.core.bidding.matching_engine import MatchingEngine
from solebook.core.orders.open_orders import OpenOrders
from solebook.ports.language.market import shard_of
from solebook.ports.language.placement import Placement, PlaceQuote

from .durable import RULES, Place, keep_placing
from .in_turn import Figures, Measurement, in_turn, ratio, run
from .market import collect_rarely, run_served
from .postgres_market import Databases, durable_postgres

CALLERS = (8, 64, 256)


def _engine(application: Application, shard: int, shards: int) -> MatchingEngine:
    adapters = application.adapters
    store = adapters.store
    return MatchingEngine(
        books=store.books,
        views=adapters.book_views,
        traders=store.traders,
        opening=OpenOrders(
            fees=fee_schedule(adapters, RULES),
            newest_addresses=store.newest_addresses,
            payment_accounts=store.payment_accounts,
            rules=RULES,
        ),
        clock=adapters.clock,
        ids=adapters.ids,
        rules=RULES,
        adopt_rules=adopt_rules_of(adapters, RULES),
        shard=shard,
        shards=shards,
    )


@asynccontextmanager
async def engines(url: str, shards: int) -> AsyncIterator[Place]:
    """Open an exchange without background work, and start an engine for each shard."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        security = SecuritySettings(bcrypt_cost=4)
        settings = Settings(folder=folder, store=StoreSettings(url=url), security=security)
        async with open_application(settings) as application:
            running = [_engine(application, number, shards) for number in range(shards)]
            for engine in running:
                await engine.start(adopts_rules=False)
                await engine.loaded()

            async def place(command: PlaceQuote) -> Placement:
                return await running[shard_of(command.book, shards)].place(command)

            yield place
            await asyncio.gather(*(engine.stop() for engine in running))


async def measure(url: str, shards: int, callers: int, seconds: float) -> Figures:
    """Return how many orders a second the engines make durable."""
    async with engines(url, shards) as place:
        collect_rarely()
        return await keep_placing(place, callers, seconds)


def in_new_database(databases: Databases, shards: int, callers: int, seconds: float) -> Figures:
    with databases.new() as url:
        at = ("--url", url, "--callers", str(callers), "--seconds", str(seconds))
        return run("shards", "--shards", str(shards), *at)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, nargs="+", default=CALLERS)
    parser.add_argument("--once", action="store_true", help="one measurement; needs --url")
    parser.add_argument("--url")
    options = parser.parse_args()
    if options.once:
        [callers] = options.callers
        measured = measure(options.url, options.shards, callers, options.seconds)
        print(json.dumps(run_served(measured)))
        return
    with durable_postgres() as server:
        databases = Databases(server)
        measurements: dict[str, Measurement] = {
            f"{shards} shards, {callers} callers": partial(
                in_new_database, databases, shards, callers, options.seconds
            )
            for callers in options.callers
            for shards in (1, options.shards)
        }
        medians = in_turn(measurements, options.rounds)
    for callers in options.callers:
        one, several = (
            medians[f"{shards} shards, {callers} callers"]["orders_per_second"]
            for shards in (1, options.shards)
        )
        print(f"{callers} callers: {one:,.0f} orders a second; by several engines {several:,.0f}")
        ratio(f"{callers} callers: several engines to one", several, one)


if __name__ == "__main__":
    main()
