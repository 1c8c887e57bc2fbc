"""Where requests come from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from: an IPv4 address, a /64 of IPv6, or another name of a caller.

    A trusted one signed in as the same user before.
    """

    name: str
    trusted: bool = False


NOWHERE = Source("")
"""The source of what does not come over a network."""
