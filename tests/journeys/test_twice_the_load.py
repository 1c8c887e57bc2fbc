"""Twice the orders that an exchange bears: it refuses the rest, keeps its word, and recovers.

The load lasts 5 seconds, and a minute with `--full`.
"""

import asyncio
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from benchmarks.capacity.load import (
    PLACED,
    REFUSED,
    Answers,
    Client,
    Town,
    arrive,
    order,
    orders,
    percentile,
    request,
)
from solebook.ports.language.ids import OrderId

from .crowd import SIZES, settle_in, undone_in
from .crowd import Town as Crowded
from .test_serve import serving

pytestmark = [pytest.mark.journey, pytest.mark.alone]

PAIRS = 300
"""So many that the limits of unpaid orders of each do not come first on a fast machine."""
_PROBED = 3.0
"""Seconds in which clients that wait for their answers find out what the exchange bears."""
_CLIENTS = 64
NORMAL = 10.0
"""Seconds after the load in which orders are accepted again and all trades are confirmed. Search,
charts and webhooks may take three times as long, and as long as the load."""
GROWTH, GROWTH_OF_AN_ORDER = 100e6, 5e3
"""Bytes that a process may take more than before the load, and for each order that it accepts."""
SLOWNESS = 400
"""How many times as long as 99 of 100 requests for the health of an unloaded exchange 99 of 100
refusals may take at most. They share the cores with those who send."""


def test_twice_the_load_is_half_refused_and_every_accepted_order_is_there_once(
    tmp_path: Path, poisoned: list[OrderId], full: bool
) -> None:
    seconds = 60.0 if full else 5.0
    crowd = asyncio.run(settle_in(tmp_path, pairs=PAIRS))
    poisoned += crowd.poisoned
    town = Town(
        crowd.product_id,
        SIZES,
        [_token(buyer.headers) for buyer in crowd.buyers[8:]],  # those before have odd cards
        [_token(seller.headers) for seller in crowd.sellers[8:]],
    )
    with serving(tmp_path) as server:
        unloaded, bears = asyncio.run(_probe(server.url, town))
        wait_until(lambda: not undone_in(tmp_path, crowd))
        with watched(server.process.pid) as memory:
            answers = asyncio.run(_load(server.url, town, 2 * bears, seconds))
            after = time.monotonic()
            asyncio.run(_accepted(server.url, town))
            accepting = time.monotonic() - after
            wait_until(lambda: not unconfirmed(tmp_path, crowd))
            confirmed = time.monotonic() - after
            wait_until(lambda: not undone_in(tmp_path, crowd))
            calm = time.monotonic() - after
        ready = server.http.get("/health/ready").json()
        assert server.end(signal.SIGTERM)[0] == 0
    refusals = [answer.seconds for answer in answers.of(*REFUSED)]
    accepted = [answer.seconds for answer in answers.of(PLACED)]
    slowness = percentile(refusals, 99) / unloaded
    print(
        f"\nbears {bears:.0f} a second; of twice that for {seconds:.0f} s {answers.statuses()}; "
        f"a request for the health takes {unloaded * 1e3:.1f} ms without load (p99), and "
        f"{slowness:.0f} times as long a refusal (p99), "
        f"{percentile(refusals, 50) / unloaded:.0f} (p50); "
        f"{percentile(accepted, 99) / unloaded:.0f} an order (p99), "
        f"{percentile(accepted, 50) / unloaded:.0f} (p50); memory {memory[0] / 1e6:.0f} MB and "
        f"{(max(memory) - memory[0]) / 1e6:.0f} more; orders again after {accepting:.1f} s, "
        f"all trades confirmed after {confirmed:.1f} s, everything but letters after {calm:.1f} s"
    )
    assert answers.statuses().keys() <= {PLACED, *REFUSED}
    assert refusals, "it bears more than was found out"
    assert all(answer.retry_after for answer in answers.of(*REFUSED))
    assert slowness < SLOWNESS
    assert max(memory) - memory[0] < GROWTH + GROWTH_OF_AN_ORDER * len(accepted)
    assert accepting < NORMAL
    assert confirmed < NORMAL
    assert calm < seconds + 3 * NORMAL
    assert not ready["overloaded"]
    placed = [json.loads(answer.body) for answer in answers.of(PLACED)]
    ids = [(placed.get("bid") or placed.get("ask"))["id"] for placed in placed]
    assert stored(tmp_path, ids) == len(ids), "an accepted order is missing, or there twice"


async def _probe(url: str, town: Town) -> tuple[float, float]:
    """Return the seconds that a request for the health takes, and the accepted orders a second."""
    client = Client([url])
    health = request("GET", "/health/live")
    unloaded = []
    for _ in range(200):
        unloaded.append((await client.ask(health)).seconds)
        await asyncio.sleep(0.01)  # so that what the machine does otherwise is seen too
    sent = orders(town, random.Random(1), trades=True)
    accepted, begun = 0, time.monotonic()

    async def keep_asking() -> None:
        nonlocal accepted
        while time.monotonic() < begun + _PROBED:
            answer = await client.ask(next(sent))
            accepted += answer.status == PLACED
            await asyncio.sleep(0.2 if answer.status in REFUSED else 0)

    await asyncio.gather(*(keep_asking() for _ in range(_CLIENTS)))
    client.close()
    return percentile(unloaded, 99), accepted / (time.monotonic() - begun)


async def _load(url: str, town: Town, per_second: float, seconds: float) -> Answers:
    client, dice = Client([url]), random.Random(2)
    sent = orders(town, dice, trades=True)
    answers = await arrive(client, sent, per_second=per_second, seconds=seconds, dice=dice)
    client.close()
    return answers


async def _accepted(url: str, town: Town) -> None:
    """Ask until an order is accepted again."""
    client, give_up_at = Client([url]), time.monotonic() + 3 * NORMAL
    while time.monotonic() < give_up_at:
        sent = order(town, "asks", town.sellers[0], SIZES[0], 90_000)
        if (await client.ask(sent)).status == PLACED:
            break
        await asyncio.sleep(0.1)
    client.close()


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """Yield the memory of a process, which is looked at ten times a second."""
    over = threading.Event()

    def memory() -> float:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
        return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))

    seen = [memory()]

    def look() -> None:
        while not over.wait(0.1):
            seen.append(memory())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait for something, at most for some times as long as it may take."""
    give_up_at = time.monotonic() + 6 * NORMAL
    while not is_done() and time.monotonic() < give_up_at:
        time.sleep(0.1)


def unconfirmed(folder: Path, crowd: Crowded) -> int:
    """Return how many trades are neither paid nor cancelled, but for the poisoned ones."""
    poisoned = [order_id.hex for order_id in crowd.poisoned]
    with closing(sqlite3.connect(folder / "solebook-data" / "solebook.sqlite3")) as store:
        query = "SELECT count(*) FROM orders WHERE status = 'pending' AND id NOT IN (?, ?)"
        return int(store.execute(query, poisoned).fetchone()[0])


def stored(folder: Path, ids: list[str]) -> int:
    """Return how many rows there are of these orders."""
    with closing(sqlite3.connect(folder / "solebook-data" / "solebook.sqlite3")) as store:
        rows = store.execute("SELECT id FROM bids UNION ALL SELECT id FROM asks").fetchall()
    wanted = {text.replace("-", "") for text in ids}
    assert len(wanted) == len(ids), "two orders were given one id"
    return sum(found in wanted for (found,) in rows)


def _token(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")
