"""Settings of the services for other programs."""

from dataclasses import dataclass
from typing import Annotated

from ..ports.language.limits import Between, check_limits


@dataclass(frozen=True, slots=True)
class ServicesSettings:
    """Where services are served over gRPC. Over NATS they are if nats.url is set.

    Raises ValueError if invalid.
    """

    grpc_port: Annotated[int, Between(0, 65_535)] | None = None
    """The port of gRPC; 0 picks a free one. Without it, there is no gRPC."""
    grpc_host: str = "127.0.0.1"
    grpc_cert: str | None = None
    """The file of the server's certificate. It turns TLS on."""
    grpc_key: str | None = None
    """The file of its key."""
    grpc_client_ca: str | None = None
    """The file of the CA whose certificates callers must have."""

    def __post_init__(self) -> None:
        check_limits(self)
        if (self.grpc_cert is None) != (self.grpc_key is None):
            raise ValueError("services.grpc_cert and services.grpc_key belong together")
        if self.grpc_client_ca is not None and self.grpc_cert is None:
            raise ValueError("services.grpc_client_ca needs services.grpc_cert")
