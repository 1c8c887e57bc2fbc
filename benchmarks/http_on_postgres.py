"""Orders per second over HTTP on PostgreSQL, compared with a transaction for each order.

    uv run nox -s bench -- http_on_postgres [--seconds 10] [--connections 64] [--rounds 3]

Two processes serve in turn, each on a new database of the same server, which syncs each commit to
the disk. One is `solebook serve --roles http,matching`; the other roles would run elsewhere. The
other (the peer) is a handler of the same framework: it decodes the same requests, verifies a token
with PyJWT, and places the order in a transaction of its own (`order_by_order.py`). A third of the
orders match. The rules are such that nothing is refused, and nobody charges for the trades.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from .exchange_processes import Running, prepare, running
from .http import CREATED, percentile, requests, send
from .in_turn import ROOT, Figures, Measurement, in_turn, ratio
from .postgres_market import Databases, durable_postgres

_WARM_UP = 2.0
"""Seconds in which connections are opened and statements prepared."""


@contextmanager
def solebook(url: str, folder: Path) -> Iterator[tuple[Running, dict[str, Any]]]:
    """Serve the exchange."""
    told = asyncio.run(prepare(url, folder))
    with running(("serve", "--port", "0", "--roles", "http,matching"), url, folder) as server:
        yield server, told | {"url": server.url}


@contextmanager
def peer(url: str, _: Path) -> Iterator[tuple[Running, dict[str, Any]]]:
    """Serve the peer."""
    command = [sys.executable, "-m", "benchmarks.order_by_order_server", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            yield Running(told["url"], server.pid), told
        finally:
            server.terminate()
            server.stdout.read()


SERVERS = {"solebook": solebook, "peer": peer}


def measure(databases: Databases, name: str, *, seconds: float, connections: int) -> Figures:
    """Return how many orders a second one of them places, and how long the slowest take."""
    with (
        tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder,
        databases.new() as url,
        SERVERS[name](url, Path(folder)) as (server, told),
    ):
        sent = requests(told, random.Random(7), trades=True)
        uvloop.run(send(told, sent, connections=connections, seconds=_WARM_UP))
        begun, busy = time.perf_counter(), server.busy()
        answers = uvloop.run(send(told, sent, connections=connections, seconds=seconds))
        taken, busy = time.perf_counter() - begun, server.busy() - busy
    assert answers.statuses.keys() == {CREATED}, answers.statuses
    return {
        "placed_per_second": answers.statuses.total() / taken,
        "p50_ms": percentile(answers.seconds, 50),
        "p99_ms": percentile(answers.seconds, 99),
        "cpu_ms": busy / answers.statuses.total() * 1_000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    how = {"seconds": options.seconds, "connections": options.connections}
    with durable_postgres() as server:
        databases = Databases(server)
        measurements: dict[str, Measurement] = {
            name: partial(measure, databases, name, **how) for name in SERVERS
        }
        medians = in_turn(measurements, options.rounds)
    of, to = medians["solebook"], medians["peer"]
    for figure in ("placed_per_second", "p99_ms", "cpu_ms"):
        ratio(f"{figure.replace('_', ' ')}, to the peer's", of[figure], to[figure])


if __name__ == "__main__":
    main()
