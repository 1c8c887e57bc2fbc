"""Settings of Typesense, which can have the search index."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from ..ports.language.limits import Between, check_limits
from .urls import is_near

_MINUTE = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)
_PORTS = {"http": 8108, "https": 443}
_FORM = "typesense.url must be https://HOST:PORT, or several of them with commas between them"


@dataclass(frozen=True, slots=True)
class TypesenseSettings:
    """Where the search index is, if it is not in the store. Raises ValueError if invalid."""

    url: str | None = None
    """The https:// URL of a server, or those of a cluster with commas between them.

    Without it, the search index is in the store. http:// is for this machine, and for names without
    dots, which a network of containers has.
    """
    api_key: str | None = field(default=None, repr=False)
    """The key, which may do everything with the collections of the prefix. It is only taken from
    the environment, and from no file."""
    ca: str | None = None
    """The file of the CA that has signed the server's certificate."""
    prefix: str = "solebook"
    """Begins the names of all collections. Exchanges on one server need different ones."""
    fallback: Literal["none", "store"] = "none"
    """What answers while Typesense does not: nothing, or an index that the store has too."""
    connections: Annotated[int, Between(1, 1_000, "nobody could search")] = 50
    """The maximum of calls of this process that are under way at once."""
    timeout: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "Typesense could not answer")] = (
        timedelta(seconds=1)
    )
    """How long to wait for an answer. Then a search is refused."""
    failures: Annotated[int, Between(1, 1_000, "Typesense would never be asked")] = 3
    """After how many failures in a row Typesense is left alone."""
    pause: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "every call would try it")] = (
        timedelta(seconds=1)
    )
    """How long it is left alone. Then one call tries it."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.url is not None and not self.api_key:
            raise ValueError(
                "typesense.url needs a key in the variable SOLEBOOK_TYPESENSE__API_KEY"
            )
        if any(url.startswith("http:") for url in self.urls) and self.ca is not None:
            raise ValueError("typesense.ca is for https:// URLs")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.prefix):
            raise ValueError(
                f"typesense.prefix must be of letters, digits, _ and -, not {self.prefix!r}"
            )

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs of the nodes, each with its port."""
        return tuple(map(_node, self.url.split(","))) if self.url else ()

    @property
    def is_used(self) -> Literal["typesense", "none"]:
        """Whether there is a Typesense, as a word."""
        return "typesense" if self.url else "none"


def _node(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(_FORM) from error
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in _PORTS or not parts.hostname or not is_plain or port == 0:
        raise ValueError(_FORM)
    if parts.scheme != "https" and not is_near(url.strip()):
        raise ValueError(
            "typesense.url must begin with https://, or be on this machine, or be a name without "
            "dots, which a network of containers has"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port or _PORTS[parts.scheme]}{parts.path.rstrip('/')}"
