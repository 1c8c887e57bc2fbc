"""Delivery of events to the webhook endpoints."""

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import httpx

from .fields import Fields, choice, flag, integer, parsed
from .state import Delivery, State, shown

_log = logging.getLogger("solebook.double")
PATIENCE = 10.0
"""Seconds within which an endpoint must answer."""
_FIELDS: Fields = {
    "at_once": integer(1, 100),
    "copies": integer(1, 100),
    "delay": integer(0, 10**9),
    "order": choice("made", "reversed"),
    "withhold": flag,
}


@dataclass(frozen=True)
class Manner:
    """How events are delivered."""

    withhold: bool = False
    """Whether they wait until this is false again."""
    copies: int = 1
    """How often each is sent."""
    order: str = "made"
    """`made`, or `reversed` among those that are due together."""
    delay: int = 0
    """Seconds from an event until it is sent."""
    at_once: int = 1
    """How many are sent at the same time."""


class Webhooks:
    """Posts events to their endpoints, signed as Stripe does, and again if that fails."""

    def __init__(
        self,
        state: Callable[[], State],
        now: Callable[[], float],
        delivered: Callable[[int, bool], Awaitable[None]],
    ) -> None:
        """`delivered` is told the number of each delivery, and whether it arrived."""
        self.manner = Manner()
        self._state = state
        self._now = now
        self._delivered = delivered

    def change(self, form: dict[str, Any]) -> None:
        """Deliver in another manner. Raises ApiError for what it does not know."""
        self.manner = replace(self.manner, **parsed(form, {}, _FIELDS))

    def as_json(self) -> dict[str, Any]:
        """Return the manner."""
        return asdict(self.manner)

    def next_due(self) -> float | None:
        """Return when the next delivery is due."""
        if self.manner.withhold:
            return None
        times = [each.due for each in self._state().deliveries.values()]
        return min(times) + self.manner.delay if times else None

    async def deliver_due(self, client: httpx.AsyncClient) -> None:
        """Send what is due now."""
        due = self._due()
        for start in range(0, len(due), self.manner.at_once):
            if self.manner.withhold:
                return
            together = due[start : start + self.manner.at_once]
            await asyncio.gather(*(self._deliver(client, each) for each in together))

    def _due(self) -> Sequence[Delivery]:
        if self.manner.withhold:
            return []
        latest = self._now() - self.manner.delay
        due = [each for each in self._state().deliveries.values() if each.due <= latest]
        return due[::-1] if self.manner.order == "reversed" else due

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        state = self._state()
        endpoint = state.of("webhook_endpoint").get(delivery.endpoint)
        event = state.of("event", delivery.account).get(delivery.event)
        if delivery.number not in state.deliveries:
            return  # its endpoint is gone, or everything was reset
        arrived = False
        if endpoint is not None and event is not None:
            body = json.dumps(shown(event), indent=2).encode()
            sent = [
                _post(client, endpoint["url"], body, endpoint["_secrets"])
                for _ in range(self.manner.copies)
            ]
            arrived = all(await asyncio.gather(*sent))
        if self._state() is state:  # and was not reset meanwhile
            await self._delivered(delivery.number, arrived)


async def _post(client: httpx.AsyncClient, url: str, body: bytes, secrets: Sequence[str]) -> bool:
    # The receiver compares this time with a clock that nobody moved forward.
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secrets, int(time.time())),
    }
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await client.post(url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        _log.warning("%s got no event: %s", url, str(error) or type(error).__name__)
        return False
    if not answer.is_success:
        _log.warning("%s answered an event with %s", url, answer.status_code)
    return answer.is_success


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """Return the header `Stripe-Signature` for a body, with a signature for each secret."""
    signed = str(at).encode() + b"." + body
    signatures = (hmac.digest(each.encode(), signed, "sha256").hex() for each in secrets)
    return ",".join([f"t={at}", *(f"v1={each}" for each in signatures)])
