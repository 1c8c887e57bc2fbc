"""Settings of where the server listens."""

from typing import Annotated

from ..ports.language.limits import Between
from .section import Section


class ServerSettings(Section, frozen=True):
    """Where `solebook serve` listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Between(0, 65_535)] = 8000
    """0 picks a free port."""

    @property
    def url(self) -> str:
        """The URL at which it is reached from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
