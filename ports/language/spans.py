"""What a span of a trace tells."""

from enum import Enum, auto
from typing import TypeAlias

Fact: TypeAlias = str | int | float | bool
"""What a span tells: names, counts and ids of the exchange, no personal data and no secrets."""


class SpanKind(Enum):
    """On which side of a call a span is."""

    SERVER = auto()
    """A request is answered."""
    CLIENT = auto()
    """A server is asked."""
    CONSUMER = auto()
    """A message is handled."""
    INTERNAL = auto()
    """Anything within the process."""
