"""The port to rate limits."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket: holds up to `burst` tokens and gains `per_second` of them."""

    burst: int
    per_second: float

    def __post_init__(self) -> None:
        if self.burst < 1 or self.per_second <= 0:
            raise ValueError(f"a rate limit must let something through: {self}")


class RateLimits(Protocol):
    """Token buckets by name, exact over all processes that share the adapter."""

    async def take(self, bucket: str, limit: RateLimit) -> None:
        """Take one token. Raises RateLimited with the seconds until one is there, Unavailable."""
        ...
