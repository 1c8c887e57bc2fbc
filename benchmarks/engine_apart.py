"""Orders over HTTP with the matching engine in another process, and in the same one.

    uv run nox -s bench -- engine_apart [--seconds 10] [--connections 64] [--rounds 3]

Two exchanges serve in turn, each on a new database of the same PostgreSQL server. In `together`,
one process serves HTTP and has the engine. In `apart`, one serves HTTP, and another has the engine,
which it reaches over NATS. A third of the orders match. Each is measured with many connections, and
with one, which shows what the way to the engine costs an order that waits for nothing else.
"""

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from servers.nats_server import running_nats
from solebook.composition.nats_bus import prepare_broker
from solebook.config.nats import NatsSettings

from .exchange_processes import prepare, running, settings_of
from .http import CREATED, percentile, requests, send
from .in_turn import Figures, Measurement, in_turn, ratio
from .postgres_market import Databases, durable_postgres

_WARM_UP = 2.0
"""Seconds in which connections are opened and statements prepared."""
_SERVE = ("serve", "--port", "0", "--roles")


@contextmanager
def together(url: str, folder: Path, _: str) -> Iterator[str]:
    """Serve HTTP in the process with the engine."""
    with running((*_SERVE, "http,matching"), url, folder) as server:
        yield server.url


@contextmanager
def apart(url: str, folder: Path, nats: str) -> Iterator[str]:
    """Serve HTTP in one process, and run the engine in another."""
    over_nats = NatsSettings(url=nats, prefix=f"bench-{os.urandom(4).hex()}")
    os.environ["SOLEBOOK_NATS__URL"] = nats
    os.environ["SOLEBOOK_NATS__PREFIX"] = over_nats.prefix
    try:
        settings = msgspec.structs.replace(settings_of(url, folder), nats=over_nats)
        asyncio.run(prepare_broker(settings))
        with ExitStack() as stack:
            worker = ("worker", "matching", "--health-port", "0")
            stack.enter_context(running(worker, url, folder))
            yield stack.enter_context(running((*_SERVE, "http"), url, folder)).url
    finally:
        del os.environ["SOLEBOOK_NATS__URL"], os.environ["SOLEBOOK_NATS__PREFIX"]


SERVERS = {"together": together, "apart": apart}


def measure(
    databases: Databases, nats: str, name: str, *, seconds: float, connections: int
) -> Figures:
    """Return how long orders take, with many connections and with one."""
    with (
        tempfile.TemporaryDirectory(prefix="solebook-bench-") as folder,
        databases.new() as url,
    ):
        told: dict[str, Any] = asyncio.run(prepare(url, Path(folder)))
        with SERVERS[name](url, Path(folder), nats) as served:
            told |= {"url": served}
            sent = requests(told, random.Random(7), trades=True)
            uvloop.run(send(told, sent, connections=connections, seconds=_WARM_UP))
            many = uvloop.run(send(told, sent, connections=connections, seconds=seconds))
            one = uvloop.run(send(told, sent, connections=1, seconds=seconds))
    assert many.statuses.keys() == one.statuses.keys() == {CREATED}, (many.statuses, one.statuses)
    return {
        "placed_per_second": many.statuses.total() / seconds,
        "p50_ms": percentile(many.seconds, 50),
        "p99_ms": percentile(many.seconds, 99),
        "alone_p50_ms": percentile(one.seconds, 50),
        "alone_p99_ms": percentile(one.seconds, 99),
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
    with durable_postgres() as server, running_nats() as nats:
        databases = Databases(server)
        measurements: dict[str, Measurement] = {
            name: partial(measure, databases, nats.url, name, **how) for name in SERVERS
        }
        medians = in_turn(measurements, options.rounds)
    for figure in medians["apart"]:
        ratio(
            f"{figure.replace('_', ' ')}, apart to together",
            medians["apart"][figure],
            medians["together"][figure],
        )


if __name__ == "__main__":
    main()
