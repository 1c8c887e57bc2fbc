"""Trades confirmed per second by two trade workers, compared with one, on PostgreSQL and NATS.

    uv run nox -s bench -- trade_workers [--trades 800] [--rounds 3]

The payment provider takes 50 ms for a charge, and each worker runs four charges at once, so that
one worker cannot confirm more than 80 trades a second. The exchange is otherwise that of
`trades_on_postgres`, but its events go through JetStream, and notifications wait in their queue.
Otherwise they take the processor time that the slow provider leaves free, and the second worker
gets none of it.
"""

import argparse
import asyncio
import os
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from servers.nats_server import running_nats
from solebook.composition.nats_bus import prepare_broker
from solebook.config.nats import NatsSettings

from .exchange_processes import running, settings_of
from .in_turn import Figures, Measurement, in_turn, ratio
from .market import run_served
from .postgres_market import Databases, durable_postgres
from .trades_on_postgres import burst, prepare_product

_TRADE = ("worker", "trade")
_OTHERS = ("worker", "relay", "deadlines", "search", "charts", "webhooks")
_AT_ONCE = "4"
_SLOW = "benchmarks.slow_charges"
_HEALTH = ("--health-port", "0")


def measure(databases: Databases, nats: str, trades: int, *, workers: int) -> Figures:
    """Return the confirmed trades per second of so many trade workers."""
    nats_settings = NatsSettings(url=nats, prefix=f"bench-{os.urandom(4).hex()}")
    os.environ |= {
        "SOLEBOOK_NATS__URL": nats,
        "SOLEBOOK_NATS__PREFIX": nats_settings.prefix,
        "SOLEBOOK_PAYMENTS__WORKERS": _AT_ONCE,
    }
    with (
        tempfile.TemporaryDirectory(prefix="solebook-bench-") as name,
        databases.new() as url,
        ExitStack() as stack,
    ):
        folder = Path(name)
        product = run_served(prepare_product(url, folder))
        settings = msgspec.structs.replace(settings_of(url, folder), nats=nats_settings)
        asyncio.run(prepare_broker(settings))
        others = stack.enter_context(running((*_OTHERS, *_HEALTH), url, folder))
        trade = [
            stack.enter_context(running((*_TRADE, *_HEALTH), url, folder, module=_SLOW))
            for _ in range(workers)
        ]
        running_now = {"trade": trade[0], "others": others}
        return run_served(burst(settings, product, running_now, trades))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trades", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with durable_postgres() as server, running_nats() as nats:
        databases = Databases(server)
        with_workers = partial(measure, databases, nats.url, options.trades)
        measurements: dict[str, Measurement] = {
            "one": partial(with_workers, workers=1),
            "two": partial(with_workers, workers=2),
        }
        medians = in_turn(measurements, options.rounds)
    figure = "trades_per_second"
    ratio("trades confirmed per second, two to one", medians["two"][figure], medians["one"][figure])


if __name__ == "__main__":
    main()
