"""Rate limits of requests."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from litestar.types import Scope

from ....core.users.credential_limits import CredentialLimits
from ....core.users.recognize_source import RecognizeSource
from ....core.users.token_texts import PREFIX
from ....ports.language.errors import RateLimited, Unavailable
from ....ports.language.rate_limits import RateLimit
from ....ports.language.sources import Source
from ....ports.language.users import Actor
from ....ports.rate_limits import RateLimits
from .client_address import AddressOf
from .costs import ENTRANCE, HEALTH

_log = logging.getLogger("solebook.http")

_HEALTH_LIMIT = RateLimit(burst=60, per_second=20)
"""Health checks from one address. Others at that address cannot use up what monitoring needs."""
_EXPORT_LIMIT = RateLimit(burst=10, per_second=10 / 3600)
"""Exports of a user: each reads all that there is of them."""


def bucket_of(
    actor: Actor, *, user_limit: RateLimit, key_limit: RateLimit
) -> tuple[str, RateLimit]:
    """Return the bucket of a signed-in user, or of the API key that acts for one, and its limit."""
    if actor.token_id is None:
        return f"user:{actor.user_id}", user_limit
    return f"key:{actor.token_id}", key_limit


class RequestLimits:
    """Takes tokens for every request: one at the entrance, and the rest of what its route costs.

    If the buckets are unavailable, the request passes.
    """

    def __init__(
        self,
        limits: RateLimits,
        *,
        address_limit: RateLimit,
        user_limit: RateLimit,
        key_limit: RateLimit,
        wrong_key_limit: RateLimit,
        address_of: AddressOf,
    ) -> None:
        self._limits = limits
        self._address_limit = address_limit
        self._user_limit = user_limit
        self._key_limit = key_limit
        self._wrong_key_limit = wrong_key_limit
        self._address_of = address_of

    def owner_of(self, scope: Scope) -> str:
        """Return whose places a request takes: its client's address."""
        return self._address_of(scope)

    async def take_for_address(self, scope: Scope, cost: int) -> None:
        """Take tokens of the client's address, signed in or not. Raises RateLimited."""
        await self._take(*self._bucket_at(scope), cost)

    async def take_rest_for_address(self, scope: Scope, rest: int) -> None:
        """Take what a request costs beyond the token that it paid at the entrance.

        Raises RateLimited, after which that token is back: otherwise a client who asks faster than
        the bucket fills would never find the rest in it.
        """
        bucket, limit = self._bucket_at(scope)
        rest = min(rest, limit.burst - ENTRANCE)  # the bucket never has more by now
        try:
            await self._take(bucket, limit, rest)
        except RateLimited:
            with suppress(Unavailable):
                await self._limits.put_back(bucket, limit)
            raise

    async def take_for_user(self, actor: Actor, cost: int) -> None:
        """Take tokens of a signed-in user, or of an API key of one. Raises RateLimited.

        A program takes nothing from its user, so it cannot lock them out.
        """
        bucket, limit = bucket_of(actor, user_limit=self._user_limit, key_limit=self._key_limit)
        await self._take(bucket, limit, cost)

    async def take_for_export(self, actor: Actor) -> None:
        """Take one of the few exports that a user may have in an hour. Raises RateLimited."""
        await self._take(f"export:{actor.user_id}", _EXPORT_LIMIT, 1)

    async def take_for_wrong_token(self, scope: Scope, token: str) -> None:
        """Take a token of an address that sent a wrong API key. Raises RateLimited.

        Right keys do not need one, so nobody is locked out by a neighbour. Wrong access tokens do
        not need one either: they expire, and are found to be wrong without a read.
        """
        if token.startswith(PREFIX):
            await self._take(f"wrong-key:{self._address_of(scope)}", self._wrong_key_limit, 1)

    def _bucket_at(self, scope: Scope) -> tuple[str, RateLimit]:
        address = self._address_of(scope)
        if scope["path"].startswith(HEALTH):
            return f"health:{address}", _HEALTH_LIMIT
        return f"address:{address}", self._address_limit

    async def _take(self, bucket: str, limit: RateLimit, cost: int) -> None:
        try:
            await self._limits.take(bucket, limit, cost)
        except Unavailable as error:
            # No limits for a while are better than no trading.
            _log.warning("%s", error)


class SourceLimits:
    """The limits of credentials, by the address of the request."""

    def __init__(self, limits: CredentialLimits, address_of: AddressOf) -> None:
        self._limits = limits
        self._address_of = address_of

    async def check(self, scope: Scope, action: str, who: str) -> Source:
        """Take tokens for an action with an email or a user, and return the source.

        Raises RateLimited, Unavailable.
        """
        source = self._address_of(scope)
        await self._limits.check(action, source, who)
        return Source(source)

    @asynccontextmanager
    async def attempt(
        self, scope: Scope, email: str, recognize: RecognizeSource
    ) -> AsyncIterator[Source]:
        """Surround an attempt to sign in. Raises RateLimited, Unavailable."""
        source = self._address_of(scope)
        await self._limits.take_for_source(source)
        async with self._limits.attempt(source, email, recognize) as recognized:
            yield recognized
