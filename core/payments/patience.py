"""The timeout of calls to the payment provider."""

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
    """Each call to the provider times out after `limit`; its effect is unknown then."""

    limit: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.limit <= timedelta(0):
            raise ValueError(f"the provider's time limit must be positive, not {self.limit}")

    async def wait_for(self, call: Awaitable[T]) -> T:
        """Return the answer to a call. Raises Unavailable if it times out."""
        return await self._wait(call, self.limit)

    async def wait_for_attempt(self, call: Awaitable[T], payment: Payment, now: datetime) -> T:
        """Return the answer to a charge. It times out when the attempt's time is over."""
        ends_at = self.attempt_ends_at(payment)
        assert ends_at is not None, payment
        return await self._wait(call, ends_at - now)

    def attempt_ends_at(self, payment: Payment) -> datetime | None:
        """Return when the latest attempt to charge is over, or None if there was none."""
        return None if payment.attempted_at is None else payment.attempted_at + self.limit

    def is_under_way(self, payment: Payment, now: datetime) -> bool:
        """Return whether an attempt to charge may still be waiting for an answer."""
        ends_at = self.attempt_ends_at(payment)
        return ends_at is not None and now < ends_at and payment.answered_at is None

    async def _wait(self, call: Awaitable[T], limit: timedelta) -> T:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await call
        except TimeoutError as error:
            raise Unavailable(what=PROVIDER) from error
