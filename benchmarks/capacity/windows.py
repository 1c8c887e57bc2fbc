"""What a stack takes at rest, while orders come, while they trade, and until they are paid."""

import asyncio
import base64
import json
import random
import time
from dataclasses import replace
from typing import Any

from .judged import judged
from .load import PLACED, Client, Town, arrive, orders, reads, request
from .measured import Step, Window
from .meter import Meter

_CALM = 180.0
_AT_ONCE = 16
_PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
_PASSED = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://example.com/photos/pair.jpg"],
}


class Windows:
    """Measures one stack."""

    def __init__(self, meter: Meter, client: Client, town: Town, staff: str) -> None:
        self._meter = meter
        self._client = client
        self._town = town
        self._staff = staff
        self._dice = random.Random(7)

    async def idle(self, seconds: float) -> Window:
        before = await self._meter.read(time.perf_counter())
        await asyncio.sleep(seconds)
        return (await self._meter.read(time.perf_counter())).since(before)

    async def orders(self, per_second: float, seconds: float, *, trades: bool) -> Window:
        """Place orders, and wait until nothing is left to do, letters included."""
        before = await self._meter.read(time.perf_counter())
        sent = orders(self._town, self._dice, trades=trades)
        answers = await arrive(
            self._client, sent, per_second=per_second, seconds=seconds, dice=self._dice
        )
        placed = answers.statuses()[PLACED]
        assert placed > 0.9 * len(answers.all), answers.statuses()
        await calm(self._meter)
        await asyncio.sleep(1)  # PostgreSQL's processes report the rows every second
        return (await self._meter.read(time.perf_counter())).since(before, orders=placed)

    async def reading(self, per_second: float, seconds: float) -> Window:
        before = await self._meter.read(time.perf_counter())
        answers = await arrive(
            self._client,
            reads(self._town),
            per_second=per_second,
            seconds=seconds,
            dice=self._dice,
        )
        read = answers.statuses()[200]
        assert read == len(answers.all), answers.statuses()
        return (await self._meter.read(time.perf_counter())).since(before, reads=read)

    async def finishing(self, most: int) -> Window:
        """Take trades from there to the payout, as sellers, the warehouse and buyers do."""
        rows = await self._meter.fetch(
            "SELECT id, buyer_id, seller_id FROM orders WHERE status = 'confirmed' LIMIT $1",
            most,
        )
        before = await self._meter.read(time.perf_counter())
        waiting = iter(rows)
        tokens = {_owner(token): token for token in (*self._town.buyers, *self._town.sellers)}

        async def keep_finishing() -> None:
            for row in waiting:
                buyer, seller = tokens[str(row["buyer_id"])], tokens[str(row["seller_id"])]
                await self._finish(str(row["id"]), buyer, seller)

        await asyncio.gather(*(keep_finishing() for _ in range(_AT_ONCE)))
        await calm(self._meter)
        give_up_at = time.monotonic() + _CALM
        while (window := await self._window(before)).finished < len(rows):
            assert time.monotonic() < give_up_at, (window.finished, len(rows))
            await asyncio.sleep(0.2)
        return window

    async def _window(self, before: Any) -> Window:
        window: Window = (await self._meter.read(time.perf_counter())).since(before)
        return replace(window, trades=0)

    async def _finish(self, order: str, buyer: str, seller: str) -> None:
        """Take one trade to the payout, with the tokens of its buyer and its seller."""
        path = f"/v1/orders/{order}"
        await self._do("POST", f"{path}/shipment", seller, _PARCEL)
        await self._do("POST", f"{path}/receipt", self._staff)
        task = await self._task(order)
        tasks = f"/v1/authentication/tasks/{task}"
        await self._do("POST", f"{tasks}/claim", self._staff)
        await self._do("POST", f"{tasks}/verdict", self._staff, _PASSED)
        await self._do("POST", f"{path}/dispatch", self._staff, _PARCEL)
        await self._do("POST", f"{path}/delivery", buyer)

    async def _task(self, order: str) -> str:
        query = "SELECT id FROM authentication_tasks WHERE order_id = $1"
        give_up_at = time.monotonic() + _CALM
        while not (found := await self._meter.fetch(query, order)):
            assert time.monotonic() < give_up_at, f"no task for {order}"
            await asyncio.sleep(0.05)
        return str(found[0]["id"])

    async def _do(self, method: str, path: str, token: str, body: Any = None) -> None:
        """Do a step, again until the order has come so far."""
        give_up_at = time.monotonic() + _CALM
        while True:
            answer = await self._client.ask(request(method, path, token, body))
            if 200 <= answer.status < 300:
                return
            assert answer.status in (0, 409, 429, 503), (path, answer.status, answer.body)
            assert time.monotonic() < give_up_at, (path, answer.status, answer.body)
            await asyncio.sleep(0.2)

    async def step(self, per_second: float, seconds: float) -> Step:
        """Offer orders for a time, whether they are accepted or not, and say what came of it."""
        sent = orders(self._town, self._dice, trades=True)
        answers = await arrive(
            self._client, sent, per_second=per_second, seconds=seconds, dice=self._dice
        )
        begun = time.perf_counter()
        while await self._meter.pending() and time.perf_counter() < begun + _CALM:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return judged(answers, per_second, seconds, time.perf_counter() - begun)


async def calm(meter: Meter, most: float = _CALM) -> None:
    """Wait until nothing is left to do."""
    begun = time.monotonic()
    while left := await meter.undone():
        assert time.monotonic() < begun + most, f"{left} things are left to do"
        await asyncio.sleep(0.2)


def _owner(token: str) -> str:
    """Return whose access token it is."""
    claims = token.split(".")[1]
    padded = claims + "=" * (-len(claims) % 4)
    return str(json.loads(base64.urlsafe_b64decode(padded))["sub"])
