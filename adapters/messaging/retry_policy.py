"""The backoff of failed deliveries."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of attempts of a delivery, and the delays between them."""

    max_attempts: int = 15
    first_delay: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    max_delay: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        delays_grow = timedelta(0) < self.first_delay <= self.max_delay and self.factor >= 1
        if self.max_attempts < 1 or not delays_grow:
            raise ValueError(f"invalid retry policy: {self}")

    def delay(self, attempts: int, fraction: float) -> timedelta:
        """Return how long to wait after this number of attempts.

        `fraction` (0 to 1) adds jitter: the delay is between half and all of the backoff, so that
        deliveries that failed together are not retried together.
        """
        # A larger power could overflow, and the maximum delay is reached long before.
        growth = self.factor ** min(attempts - 1, 64)
        backoff = min(self.first_delay.total_seconds() * growth, self.max_delay.total_seconds())
        return timedelta(seconds=backoff * (1 + fraction) / 2)
