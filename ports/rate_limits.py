"""The port to rate limits."""

from typing import Protocol

from .language.rate_limits import RateLimit


class RateLimits(Protocol):
    """Token buckets by name, exact across all processes that share the adapter."""

    async def take(self, bucket: str, limit: RateLimit) -> None:
        """Take one token. Raises RateLimited with the seconds until the next one, Unavailable."""
        ...
