"""The port to rate limits."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from .language.limits import Between, check_limits

_NOTHING = "a rate limit must let something through"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket: holds up to `burst` tokens and gains `per_second` of them."""

    burst: Annotated[int, Between(1, 10_000_000, _NOTHING)]
    per_second: Annotated[float, Between(0.001, 10_000_000, _NOTHING)]

    def __post_init__(self) -> None:
        check_limits(self)


class RateLimits(Protocol):
    """Token buckets by name, exact over all processes that share the adapter."""

    async def take(self, bucket: str, limit: RateLimit) -> None:
        """Take one token. Raises RateLimited with the seconds until one is there, Unavailable."""
        ...
