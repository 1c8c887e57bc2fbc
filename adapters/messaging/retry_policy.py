"""When a failed delivery is tried again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon a failed delivery is tried again."""

    max_attempts: int = 15
    first_delay: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    max_delay: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        delays_grow = timedelta(0) < self.first_delay <= self.max_delay and self.factor >= 1
        if self.max_attempts < 1 or not delays_grow:
            raise ValueError(f"not a policy to retry by: {self}")

    def delay(self, attempts: int, fraction: float) -> timedelta:
        """Return how long to wait after so many tries.

        It is between half of the backoff and all of it, as `fraction` (0 to 1) has it, so that
        deliveries that failed together are not all tried again together.
        """
        # A power that is beyond any delay would overflow: the cap is reached long before.
        growth = self.factor ** min(attempts - 1, 64)
        backoff = min(self.first_delay.total_seconds() * growth, self.max_delay.total_seconds())
        return timedelta(seconds=backoff * (1 + fraction) / 2)
