"""The table of all calls. Every transport serves it, and every description comes from it."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from . import (
    analytics,
    authentication,
    bidding,
    notifications,
    orders,
    payments,
    products,
    search,
    users,
)
from .rpc import Rpc

TABLE: tuple[Rpc, ...] = (
    *users.RPCS,
    *products.RPCS,
    *bidding.RPCS,
    *orders.RPCS,
    *payments.RPCS,
    *search.RPCS,
    *authentication.RPCS,
    *notifications.RPCS,
    *analytics.RPCS,
)
"""All calls, by service."""

BY_NAME: Mapping[str, Rpc] = {each.name: each for each in TABLE}

SCOPES: frozenset[str] = frozenset({each.service for each in TABLE} | set(BY_NAME))
"""What a token may be issued for."""


def services() -> Iterator[tuple[str, list[Rpc]]]:
    """Yield each service with its calls."""
    for service, calls in groupby(TABLE, key=lambda each: each.service):
        yield service, list(calls)
