"""Settings of NATS, the network between the processes of an exchange."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from ..ports.language.limits import Between, check_limits

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_NO_ANSWER = "nobody could answer in time"
_SCHEMES = ("nats://", "tls://")


@dataclass(frozen=True, slots=True)
class NatsSettings:
    """How the processes of an exchange reach each other. Raises ValueError if invalid."""

    url: str | None = field(default=None, repr=False)
    """The nats:// or tls:// URL of a server, or those of a cluster with commas between them.

    Without it, each process is on its own.
    """
    prefix: str = "solebook"
    """Begins the names of everything in NATS. Exchanges on one server need different ones."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    """Identifies this client, if the server wants a token and not a user."""
    credentials: str | None = None
    """The file of a user's JWT and key, if the server wants them."""
    ca: str | None = None
    """The file of the CA that has signed the server's certificate. It turns TLS on."""
    cert: str | None = None
    """The file of a certificate that identifies this client."""
    key: str | None = None
    """The file of its key."""
    replicas: Annotated[int, Between(1, 5, "nobody would keep the messages")] = 1
    """How many servers of a cluster keep each message."""
    connect_timeout: Annotated[timedelta, Between(timedelta(seconds=0.1), _MINUTE, _NO_ANSWER)] = (
        timedelta(seconds=2)
    )
    """How long to wait for a connection at the start."""
    timeout: Annotated[timedelta, Between(_SECOND, _MINUTE, _NO_ANSWER)] = timedelta(seconds=5)
    """How long to wait for the matching engine in another process, repetitions included."""
    patience: Annotated[timedelta, Between(timedelta(0), _MINUTE)] = timedelta(seconds=0.8)
    """How long to wait while no process has the matching engine."""

    def __post_init__(self) -> None:
        check_limits(self)
        if any(not server.startswith(_SCHEMES) for server in self.servers):
            raise ValueError("nats.url must be nats:// or tls:// URLs with commas between them")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.prefix):
            raise ValueError(
                f"nats.prefix must be of letters, digits, _ and -, not {self.prefix!r}"
            )
        if (self.cert is None) != (self.key is None):
            raise ValueError("nats.cert and nats.key belong together")

    @property
    def servers(self) -> tuple[str, ...]:
        """The URLs of the servers."""
        return tuple(url.strip() for url in (self.url or "").split(",") if url.strip())

    @property
    def is_encrypted(self) -> bool:
        """Whether connections use TLS."""
        return self.ca is not None or any(url.startswith("tls://") for url in self.servers)
