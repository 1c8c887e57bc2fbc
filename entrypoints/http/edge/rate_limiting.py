"""How often who may ask."""

import logging
from abc import abstractmethod
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from ....ports.language.errors import Unavailable
from ....ports.language.rate_limits import RateLimit
from ....ports.language.users import Actor
from ....ports.rate_limits import RateLimits
from .client_address import AddressOf

_log = logging.getLogger("solebook.http")

UNLIMITED = {"exclude_from_rate_limits": True}
"""The `opt` of a route that may be asked at any rate."""


class _LimitRequests(ASGIMiddleware):
    """Takes a token for every request; lets it pass when the buckets cannot be reached."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "exclude_from_rate_limits"

    def __init__(self, limits: RateLimits, limit: RateLimit) -> None:
        self._limits = limits
        self._limit = limit

    @abstractmethod
    def bucket(self, scope: Scope) -> str | None:
        """Return the bucket that the request takes from, if it does."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise RateLimited when the bucket is empty."""
        if (bucket := self.bucket(scope)) is not None:
            try:
                await self._limits.take(bucket, self._limit)
            except Unavailable as error:
                # Better a while without limits than no trade at all.
                _log.warning("%s", error)
        await next_app(scope, receive, send)


class LimitByAddress(_LimitRequests):
    """One bucket for each client address, signed in or not."""

    def __init__(self, limits: RateLimits, limit: RateLimit, address_of: AddressOf) -> None:
        super().__init__(limits, limit)
        self._address_of = address_of

    def bucket(self, scope: Scope) -> str | None:
        """Return the address's bucket."""
        return f"address:{self._address_of(ASGIConnection(scope))}"


class LimitByUser(_LimitRequests):
    """One bucket for each signed-in user; comes after authentication."""

    def bucket(self, scope: Scope) -> str | None:
        """Return the user's bucket, if somebody is signed in."""
        user = scope.get("user")
        return f"user:{user.user_id}" if isinstance(user, Actor) else None


class CredentialLimits:
    """The stricter limits on guessing passwords and on filling the users' table.

    When the buckets cannot be reached nobody signs in: guessing must not be free.
    """

    def __init__(self, limits: RateLimits, limit: RateLimit, address_of: AddressOf) -> None:
        self._limits = limits
        self._limit = limit
        self._address_of = address_of

    async def check(self, request: ASGIConnection[Any, Any, Any, Any], email: str) -> None:
        """Take a token of the address and one of the email. Raises RateLimited, Unavailable."""
        await self._limits.take(f"credentials:address:{self._address_of(request)}", self._limit)
        await self._limits.take(f"credentials:email:{email.strip().lower()}", self._limit)
