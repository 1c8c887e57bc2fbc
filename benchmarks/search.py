"""The processor time of the search index with a large catalogue.

    uv run nox -s bench -- search [--products 50000] [--texts 500]

It measures the CPU time of the whole process, with SQLite's thread, so a busy machine matters
little. `search_over_http` compares what users get.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.migrate import migrate
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.ports.language.search import SearchQuery

from .catalogue import catalogue, fill, mistyped, typed


async def measure(
    what: str, texts: Sequence[str], call: Callable[[str], Awaitable[object]]
) -> None:
    spent = []
    for text in texts:
        before = time.process_time()
        await call(text)
        spent.append((time.process_time() - before) * 1_000)
    spent.sort()
    shares = [spent[int(len(spent) * share)] for share in (0.5, 0.9, 0.99)]
    print(f"{what:<42}" + "".join(f"{ms:>8.1f}" for ms in (*shares, spent[-1])))


async def run(products: int, count: int, folder: Path) -> None:
    dice = random.Random(1)
    documents = list(catalogue(products, dice))
    texts = [typed(documents, dice) for _ in range(count)]
    wrong = [mistyped(text, dice) for text in texts]
    names = [f"{d.brand} {d.model} {d.colorway}" for d in dice.choices(documents, k=count)]
    url = f"sqlite:///{folder / 'search.db'}"
    await migrate(url)
    async with SqlDatabase(url) as database:
        index = SqliteSearchIndex(database)
        before = time.process_time()
        await fill(index, documents, seed=2)
        print(f"{products:,} products indexed in {time.process_time() - before:.1f} s")

        async def complete(text: str) -> object:
            return await index.autocomplete(text, 10)

        async def search(text: str) -> object:
            return await index.search(SearchQuery(text))

        print(f"{'milliseconds of processor time':<42}{'p50':>8}{'p90':>8}{'p99':>8}{'most':>8}")
        await measure("autocomplete, 1 to 12 characters", texts, complete)
        await measure("autocomplete, 1 to 12, one of them wrong", wrong, complete)
        await measure("autocomplete, whole names", names, complete)
        await measure("search with facets, 1 to 12 characters", texts, search)
        await measure("search with facets, whole names", names, search)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--texts", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="solebook-benchmark-") as folder:
        asyncio.run(run(options.products, options.texts, Path(folder)))


if __name__ == "__main__":
    main()
