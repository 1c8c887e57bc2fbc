"""How often passwords may be tried, and emails used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from ...ports.language.emails import email_spelling
from ...ports.language.errors import Unavailable, WrongCredentials
from ...ports.language.rate_limits import RateLimit
from ...ports.language.sources import Source
from ...ports.rate_limits import RateLimits
from .recognize_source import RecognizeSource


@dataclass(frozen=True, slots=True)
class CredentialLimits:
    """The stricter limits of sign-ins, registrations and what else takes a password or an email.

    A source may do few of these things, and fail with few passwords of one email. All sources
    together may fail with more of them: that is the email's own limit, which a source does not
    share that signed in with it before. So nobody is kept out by the failures of others.

    If the buckets are unavailable, nobody can sign in, because guessing must always be limited.
    """

    rate_limits: RateLimits
    limit: RateLimit
    email_limit: RateLimit

    async def check(self, action: str, source: str, who: str) -> None:
        """Take tokens of the source, and of an email or a user for this action.

        Raises RateLimited, Unavailable.
        """
        who = email_spelling(who)
        await self.take_for_source(source)
        await self.rate_limits.take(f"{action}:{source}:{who}", self.limit)
        await self.rate_limits.take(f"{action}:{who}", self.email_limit)

    async def take_for_source(self, source: str) -> None:
        """Take a token of the source. Raises RateLimited, Unavailable."""
        await self.rate_limits.take(f"credentials:{source}", self.limit)

    @asynccontextmanager
    async def attempt(
        self, source: str, email: str, recognize: RecognizeSource
    ) -> AsyncIterator[Source]:
        """Surround an attempt to sign in; only a wrong password counts.

        Raises RateLimited, Unavailable.
        """
        who = email_spelling(email)
        buckets = [(f"passwords:{source}:{who}", self.limit)]
        await self.rate_limits.take(*buckets[0])
        trusted = await recognize(email=email, source=source)
        if not trusted:
            buckets.append((f"passwords:{who}", self.email_limit))
            await self.rate_limits.take(*buckets[1])
        try:
            yield Source(source, trusted)
        except WrongCredentials:
            raise
        except BaseException:
            await self._put_back(buckets)
            raise
        else:
            await self._put_back(buckets)

    async def _put_back(self, buckets: list[tuple[str, RateLimit]]) -> None:
        with suppress(Unavailable):  # the user has signed in
            for bucket, limit in buckets:
                await self.rate_limits.put_back(bucket, limit)
