"""Calls of Stripe's API, with a limit of time, retries and a circuit breaker."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import stripe

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker
from ..web.distrust import distrust_of

_log = logging.getLogger(__name__)

# What stripe-python logs of requests has client secrets, and a part of a key that is wrong.
logging.getLogger("stripe").setLevel(logging.WARNING)

T = TypeVar("T")
Object = TypeVar("Object", bound=stripe.StripeObject)

API_VERSION = "2026-10-28.endive"
"""The version of the API for calls and webhooks. It changes only together with this folder."""
STRIPE = "the payment provider"
"""Its name in errors."""

NO_FUNDS = frozenset({"balance_insufficient", "insufficient_funds"})
"""Codes for a balance that is too low."""

_RETRIES = 2
"""How often stripe-python repeats a call that failed, with a delay that is random."""
_FAILURES = 5
"""After so many calls in a row without an answer, only one call in a second is tried."""
_PUBLIC_CAS = stripe.ca_bundle_path
_AT_ONCE = 50
"""Calls at the same time. Stripe refuses more than 100 in a second."""


class StripeCalls:
    """Calls Stripe, which may be away, slow or lose an answer.

    A repeated call has the idempotency key of the first, so it has one effect.
    """

    def __init__(
        self,
        key: str,
        stopwatch: Stopwatch,
        *,
        url: str | None = None,
        ca: str | None = None,
        limit: timedelta,
    ) -> None:
        """`limit` is the time for a call with its retries. `url` is Stripe's, or of a double.

        `ca` is the file of the authority that is trusted, instead of those of the public.
        """
        self._stopwatch = stopwatch
        self._limit = limit.total_seconds()
        stripe.ca_bundle_path = ca or _PUBLIC_CAS  # the library has no other way
        self._http = stripe.HTTPXClient(timeout=self._limit)
        self._client = stripe.StripeClient(
            key,
            http_client=self._http,
            base_addresses={} if url is None else {"api": url},
            max_network_retries=_RETRIES,
            stripe_version=API_VERSION,
        )
        self._breaker = CircuitBreaker(stopwatch, what=STRIPE, failures=_FAILURES)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._reminders = Reminders()

    async def close(self) -> None:
        """Close the connections."""
        close: Any = self._http.close_async  # stripe-python gives it no type
        await close()

    async def ask(self, call: Callable[[stripe.StripeClient], Awaitable[T]]) -> T:
        """Return what a call returns. A refusal is a stripe.StripeError.

        Raises Unavailable, after which the call may have had effect.
        """
        return await self._breaker(lambda: self._limited(call))

    async def read(self, call: Callable[[stripe.StripeClient], Awaitable[T]]) -> T:
        """Return what a call returns that changes nothing. Raises Unavailable."""
        try:
            return await self.ask(call)
        except stripe.StripeError as error:
            raise refused("to read", error) from None

    async def all_of(
        self, call: Callable[[stripe.StripeClient], Awaitable[stripe.ListObject[Object]]]
    ) -> list[Object]:
        """Return everything in a list, from all its pages. Raises Unavailable."""

        async def read(client: stripe.StripeClient) -> list[Object]:
            page = await call(client)
            return [each async for each in page.auto_paging_iter()]

        return await self.read(read)

    async def _limited(self, call: Callable[[stripe.StripeClient], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._limit), self._turns:
                return await call(self._client)
        except TimeoutError as error:
            self._tell("it did not answer in time")
            raise Unavailable(what=STRIPE) from error
        except stripe.StripeError as error:
            if not _is_transient(error):
                raise
            self._tell(distrust_of(error) or name_of(error))
        # Without the cause: what Stripe says of a wrong key has a part of the key.
        raise Unavailable(what=STRIPE)

    def _tell(self, why: str) -> None:
        if self._reminders.is_due(STRIPE, why, self._stopwatch.elapsed()):
            _log.warning("Stripe gave no answer: %s", why)


def name_of(error: stripe.StripeError) -> str:
    """Return what an error is, for logs: its kind, code, parameter and request, and no text."""
    parameter = getattr(error, "param", None)
    told = (type(error).__name__, error.http_status, error.code, parameter, error.request_id)
    return " ".join(str(each) for each in told if each)


def refused(what: str, error: stripe.StripeError) -> Exception:
    """Return what to raise for a refusal that is nobody's decision, and without the cause.

    The platform's balance can be filled and the key's permissions can be changed, so these are
    tried again. Everything else is a mistake in a call.
    """
    if error.code in NO_FUNDS or isinstance(error, stripe.PermissionError):
        _log.error("Stripe refused %s: %s", what, name_of(error))
        return Unavailable(what=STRIPE, retry_after=60.0)
    return AssertionError(f"Stripe refused {what}: {name_of(error)}")


def _is_transient(error: stripe.StripeError) -> bool:
    """Return whether the same call may succeed later, or when the operator has mended the key."""
    if isinstance(error, stripe.APIConnectionError | stripe.AuthenticationError):
        return True
    status = error.http_status
    return status is None or status in (409, 429) or status >= 500
