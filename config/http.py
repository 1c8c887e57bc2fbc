"""Settings of the HTTP server."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from ..ports.language.limits import Between, check_limits
from ..ports.language.rate_limits import RateLimit
from .urls import is_here

_MAPPED = 96
"""Bits before an address of IPv4 that is written as one of IPv6."""
_CLOSED = "nobody could connect"
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
_USER = RateLimit(burst=200, per_second=50)
_KEY = RateLimit(burst=100, per_second=20)
_ADDRESS = RateLimit(burst=400, per_second=200)
_CREDENTIALS = RateLimit(burst=10, per_second=0.2)
_EMAIL = RateLimit(burst=100, per_second=1)


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Limits, proxies, hosts and origins of the server. Raises ValueError if invalid."""

    max_body: Annotated[int, Between(1_024, 104_857_600, "a sign-in would be too large")] = (
        1_048_576
    )
    """The maximum size of a request body in bytes. A larger body is refused unread."""

    user_limit: RateLimit = _USER
    """Requests of one signed-in user."""
    key_limit: RateLimit = _KEY
    """Requests with one API key. They do not count as the user's."""
    address_limit: RateLimit = _ADDRESS
    """Requests from one address, signed in or not."""
    credentials_limit: RateLimit = _CREDENTIALS
    """Registrations and sign-ins from one address, its wrong passwords of one email, and its wrong
    API keys."""
    email_limit: RateLimit = _EMAIL
    """Wrong passwords of one email from all addresses where its user has not signed in before."""

    connections: Annotated[int, Between(1, 1_000_000, _CLOSED)] | None = None
    """The maximum of open connections. The default is 10,000, or fewer if the process may open
    fewer files."""
    connections_per_address: Annotated[int, Between(1, 1_000_000, _CLOSED)] | None = None
    """The maximum of open connections from one address that is no trusted proxy. The default is
    256, or half of all connections if those are fewer."""

    head_timeout: Annotated[timedelta, Between(_SECOND, _HOUR, "no head would arrive")] = timedelta(
        seconds=10
    )
    """The timeout for the head of a request, and for the first byte of a connection."""
    request_timeout: Annotated[timedelta, Between(_SECOND, _HOUR, "no body would arrive")] = (
        timedelta(seconds=30)
    )
    """The timeout for a whole request, from its first byte to the end of its body."""

    pages: bool = True
    """Whether pages for people are served too, if the extra `web` is installed."""

    public_url: str | None = None
    """Where users reach the exchange, such as `https://exchange.example.com`. Letters link to it.

    The default is the address at which the server listens.
    """

    trusted_proxies: tuple[str, ...] = ()
    """Networks (`10.0.0.0/8`, `::1`) whose X-Forwarded-For is trusted. None by default."""
    allowed_hosts: tuple[str, ...] = ("*",)
    """Allowed Host headers: `example.com`, `*.example.com`, or `*` for any host."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API from a browser. None by default."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not self.allowed_hosts:
            raise ValueError("allowed_hosts must not be empty")
        self.proxy_networks()
        if self.public_url is not None and not _is_base(self.public_url):
            raise ValueError(
                "http.public_url must be like https://exchange.example.com, without a query"
            )

    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the trusted proxies as networks."""
        return tuple(_network(proxy) for proxy in self.trusted_proxies)


def _network(text: str) -> IPv4Network | IPv6Network:
    """Return a network. One of IPv4 may be written as IPv6 (`::ffff:10.0.0.0/104`)."""
    network = ip_network(text)
    mapped = network.network_address.ipv4_mapped if network.version == 6 else None
    if mapped is None or network.prefixlen < _MAPPED:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED))


def _is_base(url: str) -> bool:
    """Return whether paths can be added to a URL. Without encryption it must be on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and not any(c in url for c in " ?#@<>\"'")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_here(url))
    return is_plain and is_safe and bool(parts.hostname)
