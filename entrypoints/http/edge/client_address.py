"""The client address of a request."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from litestar.types import Scope

AddressOf = Callable[[Scope], str]
"""Returns the address of a request, as the name of a rate-limit bucket."""

_UNKNOWN = "unknown"
"""The client of a Unix socket has no address. All such clients share one bucket."""


def client_address(proxies: Sequence[IPv4Network | IPv6Network]) -> AddressOf:
    """Return a function that returns the client address of a request.

    It is the peer's address, unless the peer is a trusted proxy. In that case it is the last
    address in X-Forwarded-For that is not a trusted proxy. Addresses before that one can be forged.
    """

    def address_of(scope: Scope) -> str:
        client = scope.get("client")
        peer = client[0] if client else _UNKNOWN
        if proxies:
            hops = _forwarded_for(scope)
            while hops and is_trusted(peer, proxies):
                peer = hops.pop()
        return address_name(peer)

    return address_of


def _forwarded_for(scope: Scope) -> list[str]:
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for line in lines for hop in line.decode("latin-1").split(",")]


def is_trusted(text: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Return whether an address is a trusted proxy's."""
    if not proxies:
        return False
    try:
        address = _parsed(text)
    except ValueError:
        return False
    return any(address in proxy for proxy in proxies)


def _parsed(text: str) -> IPv4Address | IPv6Address:
    """Return an address. One of IPv4 that is written as IPv6 is one of IPv4."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(4_096)  # clients ask more than once, and an address always has the same bucket
def address_name(text: str) -> str:
    """Return the name of an address: itself, or its /64 of IPv6."""
    # A household has at least a /64 of IPv6, so a bucket per address would limit nobody.
    try:
        address = _parsed(text)
    except ValueError:
        return _UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, 64), strict=False))
