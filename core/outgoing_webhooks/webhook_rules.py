"""The limits of webhooks, and the key of their secrets."""

from dataclasses import dataclass, field
from datetime import timedelta

MAX_WAITING = 10_000
"""An endpoint for which more webhooks wait is disabled."""
MAX_REPLAYED = 1_000
"""How many webhooks one request replays."""
BOTH_VALID = timedelta(days=1)
"""How long webhooks are signed with the secret before the current one too."""

_FIRST_RETRY, _FACTOR, _LAST_RETRY = 5.0, 3.0, 43_200.0
_FIRST_REST, _LAST_REST = 1.0, 300.0


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """What a deployment decides about webhooks."""

    key: bytes = field(repr=False)
    """The secrets of all endpoints are derived from it."""
    max_endpoints: int = 10
    """Per user."""
    disable_after: timedelta = timedelta(days=3)
    """An endpoint that has accepted nothing for so long is disabled."""
    log_life: timedelta = timedelta(days=7)
    """How long webhooks stay in the log."""
    timeout: timedelta = timedelta(seconds=10)
    """How long an endpoint may take to answer."""
    anywhere: bool = False
    """Whether endpoints may have private addresses, plain HTTP and any port, as in tests."""

    @property
    def claim(self) -> timedelta:
        """How long a process that says nothing has an endpoint for itself."""
        return 2 * self.timeout + timedelta(seconds=10)

    @property
    def tried_for(self) -> timedelta:
        """How long a webhook is tried: longer than an endpoint may fail before it is disabled."""
        return self.disable_after + timedelta(days=1)


def retry_after(attempts: int, fraction: float) -> timedelta:
    """Return how long a webhook waits after some attempts. `fraction` (0 to 1) spreads retries."""
    return _spread(_FIRST_RETRY * _FACTOR ** min(attempts - 1, 16), _LAST_RETRY, fraction)


def rest_after(failures: int, fraction: float) -> timedelta:
    """Return how long an endpoint rests after some failures in sequence."""
    return _spread(_FIRST_REST * 2.0 ** min(failures - 1, 16), _LAST_REST, fraction)


def _spread(seconds: float, most: float, fraction: float) -> timedelta:
    return timedelta(seconds=min(seconds, most) * (1 + fraction) / 2)
