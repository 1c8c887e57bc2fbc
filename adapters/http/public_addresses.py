"""Which addresses are on the public internet."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as networks with only IPv6 reach them (NAT64)."""
_OTHERS_IN_IPV6 = (
    IPv6Network("::/96"),  # of IPv4, in an old notation
    IPv6Network("64:ff9b:1::/48"),  # NAT64 within a network
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("fec0::/10"),  # of a site
)
_OTHERS_IN_IPV4 = (
    IPv4Network("192.0.0.0/24"),  # special purposes
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("198.18.0.0/15"),  # benchmarks
)


def is_public(text: str) -> bool:
    """Return whether an address is anybody's on the internet, and so nobody's in our network.

    An IPv4 address inside an IPv6 address counts as itself, where it is reached by that.

    >>> is_public("93.184.216.34"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    if address.ipv4_mapped is not None:
        return _is_public_v4(address.ipv4_mapped)
    if address in _TRANSLATED:
        return _is_public_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address.scope_id is not None or any(address in network for network in _OTHERS_IN_IPV6):
        return False
    return _is_global(address)


def _is_public_v4(address: IPv4Address) -> bool:
    return _is_global(address) and not any(address in network for network in _OTHERS_IN_IPV4)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )
