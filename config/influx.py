"""Settings of InfluxDB, in which the charts may be."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from ..ports.language.limits import Between, check_limits

_MILLISECOND = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class InfluxSettings:
    """Which InfluxDB the charts are in. Raises ValueError if invalid."""

    url: str | None = None
    """The http:// or https:// URL of the server. Without it, the charts are in the store."""
    database: str = "solebook"
    """The database, which must be there. Exchanges on one server need different ones."""
    retention_policy: str = "autogen"
    """The retention policy, which must keep everything.

    Points are written to the bucket DATABASE/RETENTION_POLICY, and read from the two.
    """
    organization: str = ""
    """The organization, which InfluxDB 2 needs."""
    token: str | None = field(default=None, repr=False)
    """Identifies this client, if the server wants a token and not a user."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """The file of the CA that has signed the server's certificate."""
    cert: str | None = None
    """The file of a certificate that identifies this client."""
    key: str | None = None
    """The file of its key."""
    timeout: Annotated[timedelta, Between(_MILLISECOND, _MINUTE, "InfluxDB could not answer")] = (
        _SECOND
    )
    """How long to wait for candles."""
    write_timeout: Annotated[
        timedelta, Between(_MILLISECOND, _MINUTE, "nothing could be written")
    ] = timedelta(seconds=5)
    """How long an attempt to write may take."""
    fallback: bool = True
    """Whether the store answers while InfluxDB is away or behind. Otherwise it is a 503."""
    max_lag: Annotated[timedelta, Between(timedelta(0), timedelta(days=1))] = timedelta(seconds=10)
    """How far InfluxDB may be behind before the store answers."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
                raise ValueError("influx.url must be http://HOST:PORT or https://HOST:PORT")
        if not self.database or not self.retention_policy:
            raise ValueError("influx.database and influx.retention_policy must not be empty")
        if (self.cert is None) != (self.key is None):
            raise ValueError("influx.cert and influx.key belong together")
        if (self.user is None) != (self.password is None):
            raise ValueError("influx.user and influx.password belong together")
        if self.user is not None and self.token is not None:
            raise ValueError("influx.token and influx.user exclude each other")
