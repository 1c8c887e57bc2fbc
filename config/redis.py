"""Settings of Redis or Valkey, which the processes of an exchange share."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from ..ports.language.limits import Between, check_limits

_MINUTE = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)
_PORTS = {"server": 6379, "cluster": 6379, "sentinel": 26379}
_SCHEME = re.compile(r"(redis|rediss)(?:\+(sentinel|cluster))?")
_FORMS = (
    "redis.url must be redis://HOST:PORT/NUMBER, redis+sentinel://HOST:PORT,HOST:PORT/SERVICE or "
    "redis+cluster://HOST:PORT,HOST:PORT, or the same with rediss for TLS"
)


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is. Raises ValueError if invalid, without a password in the text."""

    kind: Literal["server", "sentinel", "cluster"]
    """One server, servers that Sentinels know, or a cluster."""
    hosts: tuple[tuple[str, int], ...]
    """The server, the Sentinels, or some nodes of the cluster, each with its port."""
    is_encrypted: bool = False
    service: str = ""
    """The name under which the Sentinels know the servers."""
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """Return the address for a URL."""
        parts = urlsplit(url)
        scheme = _SCHEME.fullmatch(parts.scheme)
        if scheme is None or parts.query or parts.fragment:
            raise ValueError(_FORMS)
        kind = _kind_of(scheme[2])
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        service, database = _service_and_database(kind, parts.path)
        return cls(
            kind=kind,
            hosts=tuple(_host(host, _PORTS[kind]) for host in hosts.split(",")),
            is_encrypted=scheme[1] == "rediss",
            service=service,
            database=database,
            user=unquote(user) or None,
            password=unquote(password) or None,
        )

    def __post_init__(self) -> None:
        if self.kind == "server" and len(self.hosts) > 1:
            raise ValueError(
                "redis:// takes one host, redis+sentinel:// and redis+cluster:// several"
            )
        if self.kind == "sentinel" and not self.service:
            raise ValueError("redis+sentinel:// needs the name of the service after the hosts")
        if self.kind == "cluster" and self.database:
            raise ValueError("a cluster of Redis has one database, which has no number")


def _kind_of(name: str | None) -> Literal["server", "sentinel", "cluster"]:
    match name:
        case "sentinel":
            return "sentinel"
        case "cluster":
            return "cluster"
        case _:
            return "server"


def _service_and_database(kind: str, path: str) -> tuple[str, int]:
    service, _, number = path.strip("/").rpartition("/")
    if kind == "sentinel" and not service:
        service, number = number, ""
    if (service and kind != "sentinel") or (number and not number.isdecimal()):
        raise ValueError(_FORMS)
    return unquote(service), int(number or 0)


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        if not parts.hostname or parts.port == 0 or re.search(r"\s", text):
            raise ValueError(_FORMS)
        return parts.hostname, parts.port or port
    except ValueError as error:
        raise ValueError(_FORMS) from error


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """How the processes of an exchange share Redis. Raises ValueError if invalid."""

    url: str | None = field(default=None, repr=False)
    """The redis://, redis+sentinel:// or redis+cluster:// URL; with rediss it is encrypted.

    Without it, nothing is shared through Redis.
    """
    prefix: str = ""
    """Begins the names of all keys and channels, before a colon.

    Exchanges on one server need different ones.
    """
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_user: str | None = None
    """The user with the Sentinels, which have users of their own."""
    sentinel_password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """The file of the CA that has signed the server's certificate. It turns TLS on.

    Sentinels are then reached with TLS too.
    """
    cert: str | None = None
    """The file of a certificate that identifies this client."""
    key: str | None = None
    """The file of its key."""
    connections: Annotated[int, Between(1, 10_000, "nobody could ask Redis")] = 50
    """The maximum of calls of this process that are under way at once, each on a connection."""
    timeout: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "Redis could not answer")] = (
        timedelta(milliseconds=100)
    )
    """How long to wait for Redis. Then it is done without."""
    failures: Annotated[int, Between(1, 1_000, "Redis would never be asked")] = 3
    """After how many failures in a row Redis is left alone."""
    pause: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "every call would try it")] = (
        timedelta(seconds=1)
    )
    """How long it is left alone. Then one call tries it."""

    def __post_init__(self) -> None:
        check_limits(self)
        self.address  # noqa: B018  # raises what is wrong with the URL
        if not re.fullmatch(r"[A-Za-z0-9:_-]*", self.prefix):
            raise ValueError(
                f"redis.prefix must be of letters, digits, _, : and -, not {self.prefix!r}"
            )
        if self.prefix.endswith(":"):
            raise ValueError(
                f"redis.prefix must not end with a colon, which follows it anyway: {self.prefix!r}"
            )
        if (self.cert is None) != (self.key is None):
            raise ValueError("redis.cert and redis.key belong together")

    @property
    def address(self) -> RedisAddress | None:
        """Where Redis is, or None if there is none."""
        return RedisAddress.parse(self.url) if self.url else None

    @property
    def is_used(self) -> Literal["redis", "none"]:
        """Whether there is a Redis, as a word."""
        return "redis" if self.url else "none"
