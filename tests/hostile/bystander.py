"""A client at another address, who only wants to use the exchange."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import httpx

from ..served import PASSWORD

_PER_SECOND = 40
"""Requests, far below the limits of an address."""
_PATIENCE = 30.0


@dataclass
class Seen:
    """What the client has seen: seconds of each request, and what was no success."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    signed_in_after: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """The time in seconds within which 99 of 100 requests were answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


class Bystander:
    """Looks at the market, searches, bids and cancels, at a steady rate."""

    def __init__(self, http: httpx.AsyncClient, token: str, email: str, product_id: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._email = email
        self._product_id = product_id

    async def use_it(self, seconds: float, *, signs_in: bool = True) -> Seen:
        """Use the exchange for some seconds."""
        seen = Seen()
        begun = perf_counter()
        asked = []
        if signs_in:
            asked.append(asyncio.create_task(self._sign_in(seen)))
        for number, step in enumerate(itertools.cycle(self._steps())):
            due = begun + number / _PER_SECOND
            if due >= begun + seconds:
                break
            await asyncio.sleep(max(0.0, due - perf_counter()))
            # One does not wait for the other, or one that waits would hide how many would.
            asked.append(asyncio.create_task(self._ask(step, seen, due)))
        await asyncio.gather(*asked)
        return seen

    def _steps(self) -> Sequence[str]:
        product = f"/v1/products/{self._product_id}"
        return (
            f"{product}/market?size=9",
            f"{product}/book?size=9",
            "/v1/search?q=dunk",
            "/v1/users/me",
            product,
            "bid",
            "/v1/bids",
            "/v1/search/autocomplete?q=yee",
            f"{product}/sales",
        )

    async def _ask(self, step: str, seen: Seen, due: float) -> None:
        try:
            if step == "bid":
                answer = await self._bid()
            else:
                answer = await self._http.get(step, headers=self._headers)
        except httpx.HTTPError as error:
            seen.failures.append(f"{step}: {error!r}")
            return
        seen.seconds.append(perf_counter() - due)
        if not answer.is_success:
            seen.failures.append(f"{step}: {answer.status_code} {answer.text}")

    async def _bid(self) -> httpx.Response:
        bid = {"product_id": self._product_id, "size": "9", "amount": 10_000}
        return await self._http.post("/v1/bids", json=bid, headers=self._headers)

    async def _sign_in(self, seen: Seen) -> None:
        begun = perf_counter()
        credentials = {"email": self._email, "password": PASSWORD}
        try:
            answer = await self._http.post("/v1/sessions", json=credentials)
        except httpx.HTTPError as error:
            seen.failures.append(f"sign in: {error!r}")
            return
        seen.signed_in_after.append(perf_counter() - begun)
        if not answer.is_success:
            seen.failures.append(f"sign in: {answer.status_code} {answer.text}")
