"""How long the payment provider has to answer."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from ...ports.language.errors import Unavailable
from ...ports.language.payments import Payment

T = TypeVar("T")

PROVIDER = "the payment provider"


@dataclass(frozen=True, slots=True)
class Patience:
    """Each call to the provider is given up after `limit`: whether it had its effect is unknown."""

    limit: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.limit <= timedelta(0):
            raise ValueError(f"the provider needs time to answer, not {self.limit}")

    async def wait_for(self, call: Awaitable[T]) -> T:
        """Return the answer to a call. Raises Unavailable if it does not come in time."""
        return await self._wait(call, self.limit)

    async def wait_for_attempt(self, call: Awaitable[T], payment: Payment, now: datetime) -> T:
        """Return the answer to a charge, given up at the instant until which it is under way."""
        ends_at = self.attempt_ends_at(payment)
        assert ends_at is not None, payment
        return await self._wait(call, ends_at - now)

    def attempt_ends_at(self, payment: Payment) -> datetime | None:
        """Return by when the latest attempt to charge is over; None if there was none."""
        return None if payment.attempted_at is None else payment.attempted_at + self.limit

    def is_under_way(self, payment: Payment, now: datetime) -> bool:
        """Return whether an attempt to charge may still be waiting for its answer."""
        ends_at = self.attempt_ends_at(payment)
        return ends_at is not None and now < ends_at and payment.answered_at is None

    async def _wait(self, call: Awaitable[T], limit: timedelta) -> T:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await call
        except TimeoutError as error:
            raise Unavailable(what=PROVIDER) from error
