"""The roles of processes."""

from collections.abc import Set
from enum import StrEnum


class ProcessRole(StrEnum):
    """A part of the exchange's work. A process runs one role or several."""

    HTTP = "http"
    """Answers HTTP requests, and serves the live stream."""
    MATCHING = "matching"
    """The matching engine.

    Where only its own process reaches it, also what calls it: expiry of quotes, and some consumers.
    """
    RELAY = "relay"
    """Publishes messages from the outbox to the bus."""
    TRADE = "trade"
    """Continues orders: stock, the saga, money, authentication, and undone matches."""
    DEADLINES = "deadlines"
    """Turns deadlines into messages, and deletes old data."""
    LETTERS = "letters"
    """Notifies users."""
    SEARCH = "search"
    """Updates the search index from the catalogue and the market."""
    CHARTS = "charts"
    """Records sales."""
    WEBHOOKS = "webhooks"
    """Sends events to the endpoints of users."""
    SERVICES = "services"
    """Answers the calls of other programs."""


ALL_ROLES: Set[ProcessRole] = frozenset(ProcessRole)
"""The roles of a process that does everything."""
