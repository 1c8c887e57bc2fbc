"""Settings of where the server listens."""

from datetime import timedelta
from typing import Annotated, Literal

from ..ports.language.limits import Between, check_limits
from .section import Section


class ServerSettings(Section, frozen=True):
    """Where `solebook serve` listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Between(0, 65_535)] = 8000
    """0 picks a free port."""
    cert: str | None = None
    """The file of the server's certificate. It turns TLS on. A new one is used within seconds."""
    key: str | None = None
    """The file of its key."""
    tls_minimum: Literal["1.2", "1.3"] = "1.2"
    """The oldest version of TLS that is spoken."""
    hsts: Annotated[timedelta, Between(timedelta(0), timedelta(days=730))] = timedelta(days=365)
    """For how long browsers that came with TLS refuse to come without it. 0 does not tell them."""

    def __post_init__(self) -> None:
        check_limits(self)
        if (self.cert is None) != (self.key is None):
            raise ValueError("server.cert and server.key belong together")

    @property
    def scheme(self) -> str:
        """The scheme of the URL: https with TLS."""
        return "http" if self.cert is None else "https"

    @property
    def url(self) -> str:
        """The URL at which it is reached from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"
