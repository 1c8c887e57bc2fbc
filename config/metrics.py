"""Settings of what Prometheus reads."""

from dataclasses import dataclass
from typing import Annotated

from ..ports.language.limits import Between, check_limits


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where a process serves /metrics, apart from the API. Raises ValueError if invalid."""

    port: Annotated[int, Between(0, 65_535)] | None = None
    """0 picks a free port. Without it, `solebook serve` measures nothing."""
    host: str = "127.0.0.1"
    tls: bool = False
    """Whether they are served with TLS, and the certificate of the server (server.cert)."""

    def __post_init__(self) -> None:
        check_limits(self)
