"""Trades confirmed per second in a burst of matches.

    uv run nox -s bench -- trades [--store memory] [--trades 2000] [--before REVISION] [--rounds 3]

The baseline is the disk: how many rows per second SQLite commits one by one. With `--before` the
same burst also runs with another revision of the package, in turn.

Everything of the embedded deployment is on: money, tape, search and letters, which are files on
SQLite. The asks rest first. Then bids match them as fast as the engine can. The time ends when the
last order is confirmed. Letters may come later and are timed separately.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.messages import Message
from solebook.ports.language.rules import MarketRules

from .in_turn import Figures, Measurement, checkout, in_turn, ratio, run
from .market import (
    SIZES,
    Market,
    actor,
    collect_rarely,
    consumer_of,
    open_market,
    run_served,
)

RULES = MarketRules(
    max_unpaid_orders=1_000_000, max_backlog=timedelta(hours=1), payment_window=timedelta(hours=2)
)


async def measure(store: str, trades: int) -> Figures:
    """Return the confirmed trades per second, and the extra time of the letters."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        async with open_market(Path(folder), store=store, rules=RULES) as market:
            return await _burst(market, trades)


async def _burst(market: Market, trades: int) -> Figures:
    application = market.application
    confirmed = 0
    all_confirmed = asyncio.Event()

    async def count(_: Message) -> None:
        nonlocal confirmed
        confirmed += 1
        if confirmed == trades:
            all_confirmed.set()

    bus = application.adapters.event_bus
    bus.subscribe(consumer_of("order.created", count))
    workers = Workers(application)
    collect_rarely()
    async with workers.running():
        await _place(market, trades, asks=True)
        while await application.adapters.store.outbox.unsent(1):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        begun, busy = time.perf_counter(), time.process_time()
        await _place(market, trades, asks=False)
        matched = time.perf_counter()
        await all_confirmed.wait()
        ended = time.perf_counter()
        cpu = time.process_time() - busy
    await workers.settle()
    letters = time.perf_counter() - ended
    return {
        "trades_per_second": trades / (ended - begun),
        "matches_per_second": trades / (matched - begun),
        "cpu_ms_per_trade": cpu / trades * 1_000,
        "seconds_until_letters_are_out": letters,
    }


async def _place(market: Market, count: int, *, asks: bool) -> None:
    """Let all people place quotes in turn, everybody concurrently."""
    bidding = market.application.bidding
    place = bidding.place_ask if asks else bidding.place_bid
    people = market.sellers if asks else market.buyers
    for first in range(0, count, len(people)):
        portion = people[: count - first]
        await asyncio.gather(
            *(
                place(
                    actor(person),
                    product_id=market.product.id,
                    size=SIZES[(first + number) % len(SIZES)],
                    amount=20_000,
                )
                for number, person in enumerate(portion)
            )
        )


def flushes(seconds: float = 3.0) -> Figures:
    """Return how many rows per second SQLite makes durable, one transaction per row."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "rows.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)")
        count, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            connection.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 200,))
            count += 1
        taken = time.perf_counter() - begun
        connection.close()
    return {"rows_per_second": count / taken}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "memory"), default="sqlite")
    parser.add_argument("--trades", type=int, default=2_000)
    parser.add_argument("--before", metavar="REVISION")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="one burst, and nothing to compare")
    arguments = parser.parse_args()
    if arguments.once:
        print(json.dumps(run_served(measure(arguments.store, arguments.trades))))
        return
    burst = ("trades", "--store", arguments.store, "--trades", str(arguments.trades))
    measurements: dict[str, Measurement] = {"now": partial(run, *burst), "rows": flushes}
    with ExitStack() as stack:
        if arguments.before:
            before = stack.enter_context(checkout(arguments.before))
            measurements["before"] = partial(run, *burst, package=before)
        medians = in_turn(measurements, arguments.rounds)
    trades, rows = medians["now"]["trades_per_second"], medians["rows"]["rows_per_second"]
    print(f"trades a second: {trades:,.0f}")
    ratio("trades to rows that SQLite makes durable one by one", trades, rows)
    if arguments.before:
        earlier = medians["before"]["trades_per_second"]
        ratio(f"trades to those of {arguments.before}", trades, earlier)


if __name__ == "__main__":
    main()
