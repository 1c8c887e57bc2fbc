"""How many orders a second a deployment bears: measured here, computed for more, and tried.

    uv run nox -s capacity

It takes up to 10 minutes, on a machine that does nothing else. It starts a stack with a process for
each role, and measures what each program takes at rest, for orders that rest, for such that trade,
until the trades are paid, and for reads. Then it lets the stack in its default shape bear more and
more, until it bears no more. It stores the numbers in docs/assets/capacity.json, and writes the
tables of docs/scaling.md.
"""

import argparse
import asyncio
import os
import platform
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import httpx
import nats.errors
import uvloop

from .load import Client, Town
from .measured import Measured, Overload, Resting, Step, Window, load, store
from .meter import Meter
from .model import observed, predicted
from .overload import overload
from .resting import measure_resting
from .running_stack import People, RunningStack, running_stack
from .tables import NUMBERS, PAGE, filled
from .windows import Windows, calm

PAIRS = 40
_DISK = "/var/tmp"
"""Not a RAM disk: each commit is synced."""
_BEGUN = time.monotonic()


def say(told: str) -> None:
    """Tell how far it is."""
    print(f"{time.monotonic() - _BEGUN:5.0f} s  {told}", flush=True)


async def measure_spread(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure a stack with a process for each role."""
    with running_stack(folder, "--spread", refuses=False) as stack:
        say("a stack with a process for each role runs")
        meter, client = Meter(stack), Client(stack.urls)
        await meter.open()
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            town, staff = await People(stack, http).settle_in(PAIRS)
        say(f"{PAIRS} sellers and {PAIRS} buyers have joined")
        await meter.count_statements()
        await meter.close()
        before = stack.pids()["postgres"]
        os.kill(before, signal.SIGINT)
        while stack.pids()["postgres"] == before:  # noqa: ASYNC110  # it is started again
            await asyncio.sleep(0.2)
        await _opened(meter)
        windows = Windows(meter, client, town, staff)
        await windows.orders(options.rate, 3, trades=True)  # connections, statements and caches
        say("it is warm")
        found: dict[str, Any] = {}
        found["idle"] = await windows.idle(options.seconds / 2)
        _tell("at rest", found["idle"])
        found["resting_orders"] = await windows.orders(options.rate, options.seconds, trades=False)
        _tell("orders that rest", found["resting_orders"])
        found["trading"] = await windows.orders(options.rate, options.seconds, trades=True)
        _tell("orders that trade", found["trading"])
        found["memory"], found["connections"] = meter.memory(), meter.connections()
        found["finishing"] = await windows.finishing(options.finish)
        _tell("trades to the payout", found["finishing"])
        found["reading"] = await windows.reading(options.rate * 4, options.seconds / 4)
        _tell("reads of a book", found["reading"])
        client.close()
        await meter.close()
    return found


async def _opened(meter: Meter) -> None:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            await meter.open()
            await calm(meter)
            return
        except (asyncpg.PostgresError, OSError, nats.errors.Error):
            assert time.monotonic() < give_up_at, "PostgreSQL does not come back"
            await asyncio.sleep(0.5)


def _tell(what: str, window: Window) -> None:
    cores = sum(window.cpu.values()) / window.seconds
    say(
        f"{what}: {window.orders} orders, {window.trades} trades, {window.finished} finished, "
        f"{window.reads} reads in {window.seconds:.0f} s, {cores:.2f} cores busy"
    )


async def try_rates(
    folder: Path, first: float, options: argparse.Namespace
) -> tuple[list[Step], Overload]:
    """Offer the default shape more and more, until it does not bear two rates in a row."""
    steps: list[Step] = []
    with running_stack(folder) as stack:
        say("the stack in its default shape runs")
        meter, client = Meter(stack), Client(stack.urls)
        await _opened(meter)
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            town, staff = await People(stack, http).settle_in(PAIRS)
        windows = Windows(meter, client, town, staff)
        await windows.step(first / 2, 3)
        rate = first
        while len(steps) < options.steps and not _is_found(steps):
            step = await windows.step(rate, options.step)
            steps.append(step)
            say(
                f"{rate:.0f} orders a second: {step.accepted} accepted, {step.refused} refused, "
                f"{step.failed} failed, p99 {step.p99:.2f} s, all confirmed after "
                f"{step.calm:.1f} s: {'borne' if step.borne else 'not borne'}"
            )
            rate *= 1.25 if steps[0].borne else 0.6
        beyond = await _twice(stack, meter, client, town, steps, options.twice)
        client.close()
        await meter.close()
    return steps, beyond


async def _twice(
    stack: RunningStack,
    meter: Meter,
    client: Client,
    town: Town,
    steps: list[Step],
    seconds: float,
) -> Overload:
    rate = 2 * max((step.offered for step in steps if step.borne), default=steps[-1].offered)
    found = await overload(meter, client, town, per_second=rate, seconds=seconds)
    verified = await asyncio.to_thread(stack.is_verified)
    say(
        f"{rate:.0f} orders a second: {found.step.accepted} accepted, {found.step.refused} "
        f"refused, {found.step.failed} failed, {found.missing} missing; a refusal takes "
        f"{found.refusal_p99 * 1e3:.0f} ms (p99), accepted again after {found.accepting:.1f} s, "
        f"all confirmed after {found.step.calm:.1f} s, verified: {verified}"
    )
    return replace(found, verified=verified)


def _is_found(steps: list[Step]) -> bool:
    """Whether two rates in a row were too high; if the first was, whether a lower one was not."""
    if not steps or not steps[0].borne:
        return bool(steps) and steps[-1].borne
    return not any(step.borne for step in steps[-2:])


def machine() -> Mapping[str, Any]:
    """Return what it ran on."""
    return {
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "day": datetime.now(UTC).date().isoformat(),
        "load_before": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=20, help="orders a second when measuring")
    parser.add_argument("--seconds", type=float, default=30, help="of each window")
    parser.add_argument("--finish", type=int, default=200, help="trades to take to the payout")
    parser.add_argument("--quotes", type=int, default=200_000, help="quotes that rest")
    parser.add_argument("--step", type=float, default=12, help="seconds of each tried rate")
    parser.add_argument("--steps", type=int, default=8, help="most rates to try")
    parser.add_argument("--twice", type=float, default=60, help="seconds of twice the load")
    parser.add_argument("--write", action="store_true", help="only write the page again")
    options = parser.parse_args()
    if not options.write:
        store(_measured(options), NUMBERS)
    measured = load(NUMBERS)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
    if measured is None:
        return
    told = predicted(measured)
    say(
        f"predicted {told.per_second:.0f} orders a second (by {told.by}), "
        f"observed {observed(measured):.0f}: {observed(measured) / told.per_second:.2f}"
    )


def _measured(options: argparse.Namespace) -> Measured:
    where = machine()
    resting: Resting = measure_resting(options.quotes)
    say(f"a quote that rests: {resting.memory_bytes:.0f} bytes of memory")
    with tempfile.TemporaryDirectory(prefix="solebook-capacity-", dir=_DISK) as outer:
        Path(outer).chmod(0o711)  # PostgreSQL runs as nobody if this is run by root
        found = uvloop.run(measure_spread(Path(outer) / "spread", options))
        measured = Measured(machine=where, resting=resting, steps=(), overload=None, **found)
        store(measured, NUMBERS)  # so that what took minutes is not lost
        first = 0.4 * predicted(measured).per_second
        steps, beyond = uvloop.run(try_rates(Path(outer) / "default", first, options))
    return replace(measured, steps=tuple(steps), overload=beyond)


if __name__ == "__main__":
    main()
