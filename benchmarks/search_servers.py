"""The same searches of a large catalogue in SQLite, PostgreSQL and Typesense, in turn.

    uv run nox -s bench -- search_servers [--products 50000] [--texts 300]

It measures what a caller waits, also as multiples of what the first index takes. The indexes take
turns with each text, so what else the machine does slows all of them.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from servers.postgres_server import running_postgres
from servers.typesense_server import running_typesense
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.migrate import migrate
from solebook.adapters.sql.search.postgres_search_index import PostgresSearchIndex
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.adapters.typesense.connection import TypesenseAccess, TypesenseConnection
from solebook.adapters.typesense.search_index import TypesenseSearchIndex
from solebook.ports.language.search import SearchDocument, SearchQuery
from solebook.ports.search_index import SearchIndex

from .catalogue import catalogue, fill, mistyped, typed

Call = Callable[[SearchIndex, str], Awaitable[object]]


async def complete(index: SearchIndex, text: str) -> object:
    return await index.autocomplete(text, 10)


async def search(index: SearchIndex, text: str) -> object:
    return await index.search(SearchQuery(text))


async def measure(
    what: str, indexes: Mapping[str, SearchIndex], texts: Sequence[str], call: Call
) -> None:
    waited: dict[str, list[float]] = {name: [] for name in indexes}
    for text in texts:
        for name, index in indexes.items():
            before = time.perf_counter()
            await call(index, text)
            waited[name].append((time.perf_counter() - before) * 1_000)
    first: list[float] = []
    for name, times in waited.items():
        times.sort()
        shares = [times[int(len(times) * share)] for share in (0.5, 0.9, 0.99)]
        first = first or shares
        ratios = [f"{ms / least:>7.1f}x" for ms, least in zip(shares, first, strict=True)]
        print(
            f"{what:<42}{name:<12}" + "".join(f"{ms:>9.1f}" for ms in shares) + "".join(ratios),
            flush=True,
        )


async def run(documents: Sequence[SearchDocument], count: int, folder: Path) -> None:
    dice = random.Random(3)
    texts = [typed(documents, dice) for _ in range(count)]
    wrong = [mistyped(text, dice) for text in texts]
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        typesense = stack.enter_context(running_typesense())
        urls = [f"sqlite:///{folder / 'search.db'}", postgres.create_database("search")]
        for url in urls:
            await migrate(url)
        sqlite, other = [await stack.enter_async_context(SqlDatabase(url)) for url in urls]
        access = TypesenseAccess([typesense.url], typesense.key, timeout=60.0)
        connection = TypesenseConnection(access, SystemStopwatch())
        stack.push_async_callback(connection.close)
        indexes: dict[str, SearchIndex] = {
            "SQLite": SqliteSearchIndex(sqlite),
            "PostgreSQL": PostgresSearchIndex(other),
            "Typesense": TypesenseSearchIndex(connection, SystemClock(), "bench"),
        }
        for name, index in indexes.items():
            before = time.perf_counter()
            await fill(index, documents, seed=2)
            print(f"{name}: filled in {time.perf_counter() - before:.0f} s", flush=True)
            await search(index, "")  # SQLite's first search reads all products
        postgres.sql("ANALYZE search_documents, search_words", "search")  # as PostgreSQL does soon
        print(f"{'milliseconds':<54}{'p50':>9}{'p90':>9}{'p99':>9}   multiples of the first index")
        await measure("autocomplete, 1 to 12 characters", indexes, texts, complete)
        await measure("autocomplete, 1 to 12, one of them wrong", indexes, wrong, complete)
        await measure("search with facets, 1 to 12 characters", indexes, texts, search)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--texts", type=int, default=300)
    options = parser.parse_args()
    documents = list(catalogue(options.products, random.Random(1)))
    print(f"{len(documents):,} products; load of the machine {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="solebook-benchmark-") as folder:
        asyncio.run(run(documents, options.texts, Path(folder)))


if __name__ == "__main__":
    main()
