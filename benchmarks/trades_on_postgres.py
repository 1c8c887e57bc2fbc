"""Trades confirmed per second on PostgreSQL, with one worker that has the role `trade`.

    uv run nox -s bench -- trades_on_postgres [--trades 2000] [--rounds 3]

Each role runs, as three processes: this one has the engine, `solebook worker trade` continues the
orders, and `solebook worker relay deadlines letters search charts` does the rest. The asks rest
first. Then bids match them as fast as the engine can. The time ends when the last order is
confirmed. Letters may come later. The server syncs each commit to the disk.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import hosts_of
from solebook.config.settings import Settings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import UserId
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.language.users import Actor, Role

from .exchange_processes import Running, add_product, running, settings_of
from .in_turn import Figures, in_turn
from .market import SIZES, collect_rarely, run_served
from .postgres_market import BUYERS, SELLERS, Databases, durable_postgres

WORKERS = {
    "trade": ("worker", "trade"),
    "others": ("worker", "relay", "deadlines", "letters", "search", "charts", "webhooks"),
}
_ROLES = frozenset({Role.BUYER, Role.SELLER})
_AT_ONCE = 256
_LOOK_EVERY = 0.05
_CONFIRMED = "SELECT count(*) FROM orders WHERE status = 'confirmed'"
_UNTOLD = "SELECT count(*) FROM outbox"
_PATIENCE = 120.0


def measure(databases: Databases, trades: int) -> Figures:
    """Return the confirmed trades per second, and the processor time that each takes."""
    with (
        tempfile.TemporaryDirectory(prefix="solebook-bench-") as name,
        databases.new() as url,
        ExitStack() as stack,
    ):
        folder = Path(name)
        product = run_served(prepare_product(url, folder))
        workers = {
            name: stack.enter_context(running((*roles, "--health-port", "0"), url, folder))
            for name, roles in WORKERS.items()
        }
        return run_served(burst(settings_of(url, folder), product, workers, trades))


async def prepare_product(url: str, folder: Path) -> Product:
    """Add the product that is traded."""
    async with open_application(settings_of(url, folder)) as application:
        return await add_product(application)


async def burst(
    settings: Settings,
    product: Product,
    workers: dict[str, Running],
    trades: int,
) -> Figures:
    """Let bids match asks in this process, and wait for the workers to confirm the trades."""

    async def wait_until(query: str, count: int) -> None:
        give_up_at = time.monotonic() + _PATIENCE
        while await counter.fetchval(query) != count:
            assert time.monotonic() < give_up_at, query
            await asyncio.sleep(_LOOK_EVERY)

    roles = frozenset({ProcessRole.MATCHING})
    async with (
        open_application(settings, roles=roles) as application,
        Workers(application).running(),
    ):
        await hosts_of(application)[0].hosted()
        collect_rarely()
        counter = await asyncpg.connect(settings.store.url)
        await _place(application, product, SELLERS, trades)
        await wait_until(_UNTOLD, 0)
        begun, busy = time.perf_counter(), {n: one.busy() for n, one in workers.items()}
        await _place(application, product, BUYERS, trades)
        matched = time.perf_counter()
        await wait_until(_CONFIRMED, trades)
        ended = time.perf_counter()
        await counter.close()
        cpu = {name: one.busy() - busy[name] for name, one in workers.items()}
    return {
        "trades_per_second": trades / (ended - begun),
        "matches_per_second": trades / (matched - begun),
        "trade_worker_cpu_ms": cpu["trade"] / trades * 1_000,
        "other_worker_cpu_ms": cpu["others"] / trades * 1_000,
    }


async def _place(
    application: Application, product: Product, people: Sequence[UserId], count: int
) -> None:
    """Let people place quotes in turn, some concurrently."""
    bidding = application.bidding
    place = bidding.place_ask if people is SELLERS else bidding.place_bid
    for first in range(0, count, _AT_ONCE):
        await asyncio.gather(
            *(
                place(
                    Actor(people[number % len(people)], _ROLES),
                    product_id=product.id,
                    size=SIZES[number % len(SIZES)],
                    amount=20_000,
                )
                for number in range(first, min(first + _AT_ONCE, count))
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trades", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with durable_postgres() as server:
        databases = Databases(server)
        burst = partial(measure, databases, options.trades)
        medians = in_turn({"trades": burst}, options.rounds)
    print(f"trades a second: {medians['trades']['trades_per_second']:,.0f}")


if __name__ == "__main__":
    main()
