"""The server to measure: solebook with everything on, or bare handlers.

It prints a line of JSON with its URL and a token for each trader, and another line when it stops.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from solebook.config.http import HttpSettings
from solebook.entrypoints.garbage import collect_rarely
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.server import running_server
from solebook.entrypoints.signals import stop_signal
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.messages import Message
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import User

from .bare_server import LEVELS, bare
from .market import PASSWORD, SIZES, Market, actor, consumer_of, open_market

NO_LIMIT = RateLimit(burst=1_000_000, per_second=1_000_000)
HTTP = HttpSettings(user_limit=NO_LIMIT, address_limit=NO_LIMIT, credentials_limit=NO_LIMIT)
RULES = MarketRules()
PAIRS = 1_000
"""The number of buyers. With few, orders wait for other charges of their own buyer."""
_LOOK_EVERY = 0.1
_OLDEST = "SELECT min(created_at) FROM payments WHERE status = 'pending' AND attempted_at IS NULL"


@asynccontextmanager
async def solebook() -> AsyncIterator[dict[str, object]]:
    """Serve an exchange with a deep book, and tell what a benchmark needs to ask it."""
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        async with open_market(Path(folder), store="sqlite", rules=RULES, pairs=PAIRS) as market:
            confirmed = _counted(market)
            workers = Workers(market.application)
            await workers.settle()  # or the letters to the new users would be sent meanwhile
            async with workers.running():
                await _deepen(market)
                app = create_app(market.application, HTTP)
                async with running_server(app, "127.0.0.1", 0) as url, _behind(folder) as behind:
                    told: dict[str, object] = {
                        "url": url,
                        "buyers": [await _token(market, user) for user in market.buyers],
                        "sellers": [await _token(market, user) for user in market.sellers],
                        "product": str(market.product.id),
                    }
                    collect_rarely()  # as `solebook serve` does
                    yield told
            print(json.dumps({"confirmed": len(confirmed), "behind": max(behind)}), flush=True)


@asynccontextmanager
async def _behind(folder: str) -> AsyncIterator[list[float]]:
    """Yield a list that collects the age in seconds of the oldest order that nobody has charged."""
    ages = [0.0]

    async def look() -> None:
        with closing(sqlite3.connect(Path(folder) / "solebook.sqlite3")) as store:
            while True:
                (oldest,) = store.execute(_OLDEST).fetchone()
                if oldest is not None:
                    since = datetime.fromisoformat(oldest).replace(tzinfo=UTC)
                    ages.append((datetime.now(UTC) - since).total_seconds())
                await asyncio.sleep(_LOOK_EVERY)

    looking = asyncio.create_task(look())
    try:
        yield ages
    finally:
        looking.cancel()


async def _deepen(market: Market) -> None:
    """Have a bid and an ask rest at each level of the first size, far from where others trade."""
    bidding = market.application.bidding
    for level in LEVELS:
        for place, user, amount in (
            (bidding.place_bid, market.buyers[level], 4_900 - 100 * level),
            (bidding.place_ask, market.sellers[level], 90_000 + 100 * level),
        ):
            await place(actor(user), product_id=market.product.id, size=SIZES[0], amount=amount)


def _counted(market: Market) -> list[Message]:
    """Return a list that collects the event of each confirmed trade."""
    confirmed: list[Message] = []

    async def count(message: Message) -> None:
        confirmed.append(message)

    consumer = consumer_of("order.created", count)
    market.application.adapters.event_bus.subscribe(consumer)
    return confirmed


async def _token(market: Market, user: User) -> str:
    signed_in = await market.application.users.sign_in(email=user.email, password=PASSWORD)
    return signed_in.access_token


async def _serve(name: str) -> None:
    async with (bare if name == "bare" else solebook)() as told:
        stopped = stop_signal()
        print(json.dumps(told | {"sizes": SIZES}), flush=True)
        begun = time.process_time()
        await stopped.wait()
        print(json.dumps({"busy": time.process_time() - begun}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("solebook", "bare"))
    uvloop.run(_serve(parser.parse_args().name))


if __name__ == "__main__":
    main()
