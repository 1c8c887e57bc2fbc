"""Whose request it is, as far as the network tells."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from litestar.types import Scope

AddressOf = Callable[[Scope], str]
"""Tells a request's address as the name of a rate limit's bucket."""

_UNKNOWN = "unknown"
"""The client of a Unix socket has no address; all such clients are one."""


def client_address(proxies: Sequence[IPv4Network | IPv6Network]) -> AddressOf:
    """Return what tells a request's address.

    It is the peer's, unless the peer is a trusted proxy: then the last address in X-Forwarded-For
    that is no trusted proxy itself. What stands before that one anybody could have written.
    """

    def address_of(scope: Scope) -> str:
        client = scope.get("client")
        peer = client[0] if client else _UNKNOWN
        if proxies:
            hops = _forwarded_for(scope)
            while hops and _is_trusted(peer, proxies):
                peer = hops.pop()
        return _bucket(peer)

    return address_of


def _forwarded_for(scope: Scope) -> list[str]:
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for line in lines for hop in line.decode("latin-1").split(",")]


def _is_trusted(text: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in proxy for proxy in proxies)


@lru_cache(4_096)  # clients ask more than once, and an address always has the same bucket
def _bucket(text: str) -> str:
    # One household has at least a whole /64 of IPv6, so a bucket an address would limit nobody.
    try:
        address = ip_address(text)
    except ValueError:
        return _UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, 64), strict=False))
