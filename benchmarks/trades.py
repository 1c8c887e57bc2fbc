"""How many trades a second are confirmed, from the match on, in a burst.

    uv run nox -s bench -- trades

Everything of the embedded deployment is on: money, tape, search, and letters, which on SQLite are
files. The asks rest already; then each bid meets one, as fast as the engine takes them. The time
ends when the last order is confirmed. Letters may come after it, and are timed apart.
"""

import argparse
import asyncio
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from solebook.entrypoints.worker.workers import Workers
from solebook.ports.event_bus import Consumer
from solebook.ports.language.events import OrderCreated
from solebook.ports.language.messages import Message
from solebook.ports.language.rules import MarketRules

from .market import SIZES, Market, open_market

RULES = MarketRules(
    max_unpaid_orders=1_000_000, max_backlog=timedelta(hours=1), payment_window=timedelta(hours=2)
)


async def measure(store: str, trades: int) -> dict[str, float]:
    """Return confirmed trades a second, and how long the letters took besides."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        async with open_market(Path(folder), store=store, rules=RULES) as market:
            return await _burst(market, trades)


async def _burst(market: Market, trades: int) -> dict[str, float]:
    application = market.application
    confirmed = 0
    all_confirmed = asyncio.Event()

    async def count(_: Message) -> None:
        nonlocal confirmed
        confirmed += 1
        if confirmed == trades:
            all_confirmed.set()

    bus = application.adapters.event_bus
    bus.subscribe(Consumer("benchmark", OrderCreated.SUBJECT, count))
    workers = Workers(application)
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
    """Have everybody place in turn, as many at once as there are people."""
    bidding = market.application.bidding
    place = bidding.place_ask if asks else bidding.place_bid
    people = market.sellers if asks else market.buyers
    for first in range(0, count, len(people)):
        portion = people[: count - first]
        await asyncio.gather(
            *(
                place(
                    person,
                    product_id=market.product.id,
                    size=SIZES[(first + number) % len(SIZES)],
                    amount=20_000,
                )
                for number, person in enumerate(portion)
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "memory"), default="sqlite")
    parser.add_argument("--trades", type=int, default=2_000)
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(measure(arguments.store, arguments.trades))))


if __name__ == "__main__":
    main()
