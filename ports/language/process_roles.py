"""The roles in which processes do the work behind the requests."""

from collections.abc import Set
from enum import StrEnum


class ProcessRole(StrEnum):
    """A set of loops and consumers that one process runs, or some of several."""

    MATCHING = "matching"
    """The matching engine, what ends with time in the books, and what asks the engine."""
    RELAY = "relay"
    """Messages go from the outbox to the bus."""
    TRADE = "trade"
    """Orders go on: stock, the saga, money, authentication."""
    DEADLINES = "deadlines"
    """Deadlines become messages, and what is old is forgotten."""
    LETTERS = "letters"
    """People are told something."""
    SEARCH = "search"
    """The search follows the catalogue and the market."""
    CHARTS = "charts"
    """Sales are recorded."""


ALL_ROLES: Set[ProcessRole] = frozenset(ProcessRole)
"""What a process runs that does everything."""
