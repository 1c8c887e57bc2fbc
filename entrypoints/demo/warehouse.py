"""The way of a pair in the demo: shipped, received, authenticated, sent on and delivered."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from .api import wait_for
from .market import Trade
from .people import People

_AT_ONCE = 16
_ASSUMED_EVERY = 5
"""For one pair in this many the buyer does not confirm, and delivery is assumed after 14 days."""
_PASS = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://example.com/photos/pair.jpg"],
}
_FAIL = {
    "passed": False,
    "checks": {"box_condition": True, "authenticity_markers": False, "size_verification": True},
    "photos": ["https://example.com/photos/stitching.jpg"],
    "reason": "the stitching is not the maker's",
}

Work = Callable[[Trade], Awaitable[None]]


class Warehouse:
    """Takes trades through the days that follow, each step by the responsible person."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._due: defaultdict[date, list[tuple[Work, Trade]]] = defaultdict(list)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._taken_in = 0

    @property
    def next_day(self) -> date | None:
        """The next day with work."""
        return min(self._due, default=None)

    async def take_on(self, trades: Sequence[Trade], day: date) -> None:
        """Let the sellers ship today, and plan the following days."""
        await self._each(self._ship, trades)
        for trade in trades:
            self._taken_in += 1
            self._plan(day, 2, self._receive, trade)
            self._plan(day, 3, self._authenticate, trade)
            self._plan(day, 4, self._dispatch, trade)
            if self._taken_in % _ASSUMED_EVERY:
                self._plan(day, 6, self._deliver, trade)

    async def work(self, day: date) -> None:
        """Do the work of a day."""
        await asyncio.gather(
            *(self._in_turn(step, trade) for step, trade in self._due.pop(day, ()))
        )

    async def fail(self, trade: Trade) -> None:
        """Take a pair to a failed authentication, and send it back."""
        await self._ship(trade)
        await self._receive(trade)
        await self._review(trade, _FAIL)
        await self.until(trade, "auth_failed")
        await self._send_on(trade)

    async def until(self, trade: Trade, status: str) -> None:
        """Wait until the order has a status. Raises ApiRefusal after a timeout."""

        async def arrived() -> bool:
            order = await self._people.admin.api.get(f"/orders/{trade.order_id}")
            return bool(order["status"] == status)

        await wait_for(arrived, f"order {trade.order_id} to be {status}")

    async def _each(self, step: Work, trades: Sequence[Trade]) -> None:
        await asyncio.gather(*(self._in_turn(step, trade) for trade in trades))

    async def _in_turn(self, step: Work, trade: Trade) -> None:
        async with self._slots:
            await step(trade)

    def _plan(self, day: date, days: int, step: Work, trade: Trade) -> None:
        self._due[day + timedelta(days=days)].append((step, trade))

    async def _ship(self, trade: Trade) -> None:
        await self.until(trade, "confirmed")
        await trade.seller.api.post(f"/orders/{trade.order_id}/shipment", _parcel(trade, "IN"))

    async def _receive(self, trade: Trade) -> None:
        await self._people.authenticator.api.post(f"/orders/{trade.order_id}/receipt")

    async def _authenticate(self, trade: Trade) -> None:
        await self._review(trade, _PASS)

    async def _review(self, trade: Trade, verdict: object) -> None:
        api = self._people.authenticator.api
        task = await self._task(trade)
        await api.post(f"/authentication/tasks/{task}/claim")
        await api.post(f"/authentication/tasks/{task}/verdict", verdict)

    async def _dispatch(self, trade: Trade) -> None:
        await self.until(trade, "auth_passed")
        await self._send_on(trade)

    async def _send_on(self, trade: Trade) -> None:
        api = self._people.authenticator.api
        await api.post(f"/orders/{trade.order_id}/dispatch", _parcel(trade, "OUT"))

    async def _deliver(self, trade: Trade) -> None:
        await trade.buyer.api.post(f"/orders/{trade.order_id}/delivery")

    async def _task(self, trade: Trade) -> str:
        """Wait for the trade's task among the received ones, and return its id."""
        found: list[str] = []

        async def received() -> bool:
            tasks = self._people.authenticator.api.pages("/authentication/tasks", status="received")
            async for task in tasks:
                if task["order_id"] == trade.order_id:
                    found.append(task["id"])
                    return True
            return False

        await wait_for(received, f"the pair of order {trade.order_id} to be received")
        return found[0]


def _parcel(trade: Trade, way: str) -> dict[str, str]:
    return {"carrier": "UPS", "tracking_number": f"1Z-{way}-{trade.order_id[-12:]}"}
