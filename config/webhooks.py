"""Settings of outgoing webhooks."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ..ports.language.limits import Between, check_limits

_DAY = timedelta(days=1)
_MIN_SECRET = 32


@dataclass(frozen=True, slots=True)
class WebhooksSettings:
    """What is sent to the endpoints of users. Raises ValueError if invalid."""

    secret: str | None = field(default=None, repr=False)
    """At least 32 characters, from which the secrets of all endpoints are derived.

    Embedded mode generates one in the folder. Another one changes all of them.
    """
    max_endpoints: Annotated[int, Between(0, 1_000)] = 10
    """The maximum of endpoints per user. 0 disables them."""
    timeout: Annotated[
        timedelta, Between(timedelta(milliseconds=100), timedelta(minutes=1), "none could answer")
    ] = timedelta(seconds=10)
    """How long an endpoint may take to answer."""
    disable_after: Annotated[
        timedelta, Between(timedelta(hours=1), 30 * _DAY, "a short outage would disable it")
    ] = 3 * _DAY
    """An endpoint that has accepted nothing for so long is disabled."""
    log_life: Annotated[
        timedelta, Between(timedelta(hours=1), 365 * _DAY, "nothing could be replayed")
    ] = 7 * _DAY
    """How long webhooks can be looked at and replayed."""
    allow_private_addresses: bool = False
    """Whether endpoints may be in private networks, with plain HTTP and any port. Only for tests:
    anybody could have the exchange make requests into its own network."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.secret is not None and len(self.secret) < _MIN_SECRET:
            raise ValueError(f"webhooks.secret must have at least {_MIN_SECRET} characters")
