"""Rate limits."""

from dataclasses import dataclass
from typing import Annotated

from .limits import Between, check_limits

_NOTHING = "a rate limit must let something through"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket with up to `burst` tokens that refills with `per_second`."""

    burst: Annotated[int, Between(1, 10_000_000, _NOTHING)]
    per_second: Annotated[float, Between(0.001, 10_000_000, _NOTHING)]

    def __post_init__(self) -> None:
        check_limits(self)
