"""Settings of traces."""

from dataclasses import dataclass
from typing import Annotated

from ..ports.language.limits import Between, check_limits


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """Where traces are sent, and how many. Raises ValueError if invalid."""

    otlp_url: str | None = None
    """The collector, such as `http://collector:4318`. Without it, no traces are recorded."""
    ca: str | None = None
    """The file of the CA that has signed the collector's certificate."""
    cert: str | None = None
    """The file of a certificate that identifies this client."""
    key: str | None = None
    """The file of its key."""
    sample: Annotated[float, Between(0, 1)] = 0.01
    """The share of requests whose traces are recorded, each with all that it causes."""

    def __post_init__(self) -> None:
        check_limits(self)
        if (self.cert is None) != (self.key is None):
            raise ValueError("tracing.cert and tracing.key belong together")
        if not (self.otlp_url or "http://").startswith(("http://", "https://")):
            raise ValueError("tracing.otlp_url must begin with http:// or https://")
