"""Twice the orders that a stack bears."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from .judged import judged
from .load import PLACED, REFUSED, Client, Town, arrive, order, orders, percentile, request
from .measured import Overload
from .meter import Meter

_PATIENCE = 60.0
_ROWS = """
    SELECT count(*) FROM (SELECT id FROM bids UNION ALL SELECT id FROM asks) AS quotes
    WHERE id = ANY($1::uuid[])"""


async def overload(
    meter: Meter, client: Client, town: Town, *, per_second: float, seconds: float
) -> Overload:
    """Offer so many orders a second, and return what the stack did, before it is verified."""
    health = request("GET", "/health/live")
    unloaded = [(await client.ask(health)).seconds for _ in range(100)]
    dice = random.Random(3)
    async with _watched(meter) as growth:
        sent = orders(town, dice, trades=True)
        answers = await arrive(client, sent, per_second=per_second, seconds=seconds, dice=dice)
        begun = time.perf_counter()
        await _accepted(client, town)
        accepting = time.perf_counter() - begun
        while await meter.pending() and time.perf_counter() < begun + _PATIENCE:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        waited = time.perf_counter() - begun
    placed = [json.loads(answer.body) for answer in answers.of(PLACED)]
    ids = [(told.get("bid") or told["ask"])["id"] for told in placed]
    (rows,) = await meter.fetch(_ROWS, ids)
    found = Overload(
        step=judged(answers, per_second, seconds, waited),
        refusal_p99=percentile([one.seconds for one in answers.of(*REFUSED)], 99),
        health=percentile(unloaded, 50),
        accepting=accepting,
        growth=growth,
        missing=abs(len(set(ids)) - rows[0]) + len(ids) - len(set(ids)),
        verified=False,
    )
    assert all(one.retry_after for one in answers.of(*REFUSED)), "a refusal without Retry-After"
    return found


async def _accepted(client: Client, town: Town) -> None:
    """Ask until an order is accepted again."""
    give_up_at = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up_at:
        sent = order(town, "asks", town.sellers[0], town.sizes[0], 90_000)
        if (await client.ask(sent)).status == PLACED:
            return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _watched(meter: Meter) -> AsyncIterator[Mapping[str, float]]:
    """Yield by how many bytes each part has grown at most, looked at every second."""
    before, growth = meter.memory(), dict[str, float]()

    async def look() -> None:
        while True:
            for part, used in (await asyncio.to_thread(meter.memory)).items():
                growth[part] = max(growth.get(part, 0.0), used - before.get(part, used))
            await asyncio.sleep(1)

    looking = asyncio.create_task(look())
    try:
        yield growth
    finally:
        looking.cancel()
