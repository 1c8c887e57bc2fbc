"""Rate limits of requests."""

import logging

from litestar.types import Scope

from ....ports.language.errors import Unavailable
from ....ports.language.rate_limits import RateLimit
from ....ports.language.users import Actor
from ....ports.rate_limits import RateLimits
from .client_address import AddressOf

_log = logging.getLogger("solebook.http")

UNLIMITED = {"exclude_from_rate_limits": True}
"""The `opt` of a route without rate limits."""


class RequestLimits:
    """Takes tokens for every request. If the buckets are unavailable, the request passes."""

    def __init__(
        self,
        limits: RateLimits,
        *,
        address_limit: RateLimit,
        user_limit: RateLimit,
        address_of: AddressOf,
    ) -> None:
        self._limits = limits
        self._address_limit = address_limit
        self._user_limit = user_limit
        self._address_of = address_of

    async def take_for_address(self, scope: Scope) -> None:
        """Take a token of the client's address, signed in or not. Raises RateLimited."""
        await self._take(f"address:{self._address_of(scope)}", self._address_limit)

    async def take_for_user(self, actor: Actor) -> None:
        """Take a token of a signed-in user. Raises RateLimited."""
        await self._take(f"user:{actor.user_id}", self._user_limit)

    async def _take(self, bucket: str, limit: RateLimit) -> None:
        try:
            await self._limits.take(bucket, limit)
        except Unavailable as error:
            # No limits for a while are better than no trading.
            _log.warning("%s", error)


class CredentialLimits:
    """The stricter limits of sign-ins and registrations, against password guessing.

    If the buckets are unavailable, nobody can sign in, because guessing must always be limited.
    """

    def __init__(self, limits: RateLimits, limit: RateLimit, address_of: AddressOf) -> None:
        self._limits = limits
        self._limit = limit
        self._address_of = address_of

    async def check(self, scope: Scope, email: str) -> None:
        """Take a token of the address and one of the email. Raises RateLimited, Unavailable."""
        await self._limits.take(f"credentials:address:{self._address_of(scope)}", self._limit)
        await self._limits.take(f"credentials:email:{email.strip().lower()}", self._limit)
