"""The port to rate limits."""

from typing import Protocol

from .language.rate_limits import RateLimit


class RateLimits(Protocol):
    """Token buckets by name, exact across all processes that share the adapter."""

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        """Take `cost` tokens at once. One that costs more than the burst takes a full bucket.

        Raises RateLimited with the seconds until there are enough, after which nothing was taken,
        and Unavailable.
        """
        ...

    async def put_back(self, bucket: str, limit: RateLimit) -> None:
        """Put back a token that was taken. A full bucket stays full. Raises Unavailable."""
        ...
