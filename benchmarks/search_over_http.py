"""How many searches a second are answered over HTTP, beside an earlier revision.

    uv run nox -s bench -- search_over_http [--before 0761dda] [--products 2000] [--rounds 3]

Each revision fills its own search index, and its own `solebook serve` answers. They run in turn,
and another process sends the requests: texts of 1 to 12 characters, as they are typed.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import uvloop

from solebook.composition.container import open_application
from solebook.config.settings import Settings
from solebook.ports.language.search import SearchDocument

from .catalogue import catalogue, fill, typed
from .http import percentile, send
from .in_turn import ROOT, Figures, checkout, in_turn, ratio, run

_NO_LIMIT = "{ burst = 1_000_000, per_second = 1_000_000 }"
_SERVE = "from solebook.entrypoints.cli.main import main; main()"
_PATHS = {"searches": "/v1/search?q={}", "suggestions": "/v1/search/autocomplete?q={}"}


async def fill_store(folder: str, products: int) -> None:
    """Make a store in a folder, with many products in the search index and nothing else."""
    async with open_application(Settings(folder=folder)) as application:
        await fill(application.adapters.search_index, list(catalogue(products, _dice())), seed=2)


@contextmanager
def serving(package: Path, folder: str) -> Iterator[tuple[str, int]]:
    """Serve a store with the checkout `package`. Yield the URL and the process's id."""
    config = Path(folder) / "benchmark.toml"
    config.write_text(f'folder = "{folder}"\n[http]\naddress_limit = {_NO_LIMIT}\n')
    command = [sys.executable, "-c", _SERVE, "serve", "--config", str(config), "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(package / ".dev")}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            line = next(line for line in server.stdout if "http://" in line)
            yield next(word for word in line.split() if word.startswith("http://")), server.pid
        finally:
            server.send_signal(signal.SIGINT)


def requests(path: str, host: str, documents: Sequence[SearchDocument]) -> Iterator[bytes]:
    """Yield an endless sequence of requests, each with a text that finds some product."""
    dice = random.Random(7)
    while True:
        target = path.format(quote(typed(documents, dice)))
        yield f"GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode()


def measure(package: Path, *, products: int, seconds: float, connections: int) -> Figures:
    """Return how many requests a second a revision answers, and how late the slowest."""
    figures: Figures = {}
    documents = list(catalogue(products, _dice()))
    with tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder:
        run("search_over_http", "--folder", folder, "--products", str(products), package=package)
        with serving(package, folder) as (url, process):
            for what, path in _PATHS.items():
                texts = requests(path, urlsplit(url).netloc, documents)
                ask = partial(send, {"url": url}, texts, connections=connections)
                uvloop.run(ask(seconds=1))  # to warm it up
                busy, begun = _processor_time(process), time.perf_counter()
                answers = uvloop.run(ask(seconds=seconds))
                taken = time.perf_counter() - begun
                assert answers.statuses.keys() == {200}, answers.statuses
                count = answers.statuses.total()
                figures[f"{what}_per_second"] = count / taken
                figures[f"{what}_p99_ms"] = percentile(answers.seconds, 99)
                figures[f"{what}_cpu_ms"] = (_processor_time(process) - busy) / count * 1_000
    return figures


def _dice() -> random.Random:
    return random.Random(1)


def _processor_time(process: int) -> float:
    """Return the processor time of a process in seconds, as Linux counts it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", metavar="REVISION")
    parser.add_argument("--products", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", action="store_true", help="only fill the index in a folder")
    parser.add_argument("--folder")
    options = parser.parse_args()
    if options.once:
        asyncio.run(fill_store(options.folder, options.products))
        print(json.dumps({}))
        return
    how = {name: vars(options)[name] for name in ("products", "seconds", "connections")}
    with ExitStack() as stack:
        measurements = {"now": partial(measure, ROOT, **how)}
        if options.before:
            earlier = stack.enter_context(checkout(options.before))
            measurements = {"before": partial(measure, earlier, **how), **measurements}
        medians = in_turn(measurements, options.rounds)
    if options.before:
        for figure, of in medians["now"].items():
            ratio(f"{figure.replace('_', ' ')}, to the earlier", of, medians["before"][figure])


if __name__ == "__main__":
    main()
