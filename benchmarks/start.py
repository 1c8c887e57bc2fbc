"""The time from the start of an exchange with many resting quotes to its first answered order.

    uv run nox -s bench -- start [--quotes 500000] [--store postgres]

It measures in separate processes, first with an empty exchange and then with the quotes. It reports
the time from opening the store to the answer, the time until all books are loaded, and how long
orders wait meanwhile. The memory is the difference between the peak memory of both processes.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from solebook.adapters.sql.migrate import migrate
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.engine import engine_of
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.entrypoints.garbage import collect_rarely, spare_what_loads
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.batch import Batch
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Quote, Side, Size
from solebook.ports.language.placement import PlaceQuote

from .postgres_market import durable_postgres

BOOKS, USERS = 3_000, 20_000
AT_ONCE = 10_000
"""The number of quotes stored in one transaction."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=500_000)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--start", help="only start the exchange at this URL")
    arguments = parser.parse_args()
    if arguments.start is not None:
        print(json.dumps(asyncio.run(start(arguments.start))))
        return
    with _two_stores(arguments.store) as (empty, full):
        asyncio.run(fill(empty, 0))
        asyncio.run(fill(full, arguments.quotes))
        before, after = in_another_process(empty), in_another_process(full)
    grown = after["kilobytes"] - before["kilobytes"]
    figures = {
        "seconds_empty": round(before["seconds"], 2),
        "seconds_full": round(after["seconds"], 2),
        "ratio": round(after["seconds"] / before["seconds"], 1),
        "seconds_until_loaded": round(after["loaded"], 2),
        "ms_order_p50_meanwhile": round(after["p50"] * 1e3, 1),
        "ms_order_p99_meanwhile": round(after["p99"] * 1e3, 1),
        "bytes_a_resting_quote": round(grown * 1_024 / arguments.quotes),
    }
    print(json.dumps(figures))


@contextmanager
def _two_stores(store: str) -> Iterator[tuple[str, str]]:
    """Yield the URLs of two empty stores."""
    if store == "sqlite":
        with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
            yield f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db"
        return
    with durable_postgres() as server:
        empty, full = (server.create_database(name) for name in ("nothing", "quotes"))
        for url in (empty, full):
            asyncio.run(migrate(url))
        yield empty, full


async def start(url: str) -> dict[str, float]:
    """Return the times to the first answer and to the end of loading, and the peak memory."""
    begun = time.perf_counter()
    async with (
        _opened(url) as application,
        Workers(application).running(),
    ):
        await application.matching.place(_order(0))
        seconds = time.perf_counter() - begun
        collect_rarely()  # as `solebook serve` does
        loading = asyncio.create_task(spare_what_loads(engine_of(application).loaded))
        waits = [0.0]
        while not loading.done():
            asked = time.perf_counter()
            await application.matching.place(_order(len(waits)))
            waits.append(time.perf_counter() - asked)
            await asyncio.sleep(0.05)
        loaded = time.perf_counter() - begun
        memory = _peak_memory()
    waits.sort()
    return {
        "seconds": seconds,
        "loaded": loaded,
        "p50": waits[len(waits) // 2],
        "p99": waits[len(waits) * 99 // 100],
        "kilobytes": memory,
    }


def _peak_memory() -> int:
    """Return the peak memory of this process in kilobytes, without that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


async def fill(url: str, quotes: int) -> None:
    """Create an exchange with a number of resting quotes."""
    now = datetime.now(UTC)
    async with _opened(url) as application:
        engine = engine_of(application)
        await engine.start()  # which has the rules stored, as an exchange has that ran before
        await engine.stop()
        books = application.adapters.store.books
        ownership = await books.take(0, now)
        resting = _quotes(quotes, now)
        sequence = 0
        while portion := {quote.id: quote for quote in islice(resting, AT_ONCE)}:
            sequence += len(portion)
            await books.commit(ownership, Batch(sequence=sequence, added=portion))


def _quotes(count: int, now: datetime) -> Iterator[Quote]:
    """Yield quotes that do not match each other, many in each book and of each user."""
    for number in range(count):
        is_bid = number % 2 == 0
        step = number // BOOKS % 50 * 100
        yield Quote(
            id=QuoteId(UUID(int=number + 1)),
            side=Side.BID if is_bid else Side.ASK,
            user_id=UserId(UUID(int=number % USERS + 1)),
            book=_book(number // 2 % BOOKS),
            amount=10_000 + step if is_bid else 30_000 - step,
            sequence=number + 1,
            created_at=now + timedelta(milliseconds=number),
            expires_at=now + timedelta(days=30, milliseconds=number),
        )


def _order(number: int) -> PlaceQuote:
    return PlaceQuote(
        id=QuoteId(UUID(int=2**100 + number)),
        side=Side.BID,
        user_id=UserId(UUID(int=2**99 + number)),
        book=_book(number * 7_919 % BOOKS),
        amount=5_000,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )


def _book(number: int) -> BookKey:
    return BookKey(ProductId(UUID(int=number // 10 + 1)), Size(str(number % 10 + 5)))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Application]:
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        security = SecuritySettings(bcrypt_cost=4)
        settings = Settings(folder=folder, store=StoreSettings(url=url), security=security)
        async with open_application(settings) as application:
            yield application


def in_another_process(url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.start", "--start", url]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(finished.stdout)
    return figures


if __name__ == "__main__":
    main()
