"""What a deployment may set about the live stream."""

from dataclasses import dataclass
from datetime import timedelta

_LONGEST_INTERVAL = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """How often the stream tells, and how much one connection may ask of it.

    All of it is counted by process. Raises ValueError for what makes no sense.
    """

    interval: timedelta = timedelta(milliseconds=100)
    """A book's changes are told together, at most once in this time; at most 10 s."""
    queue: int = 256
    """News that wait for one connection; a reader so slow that more would is disconnected."""
    patience: timedelta = timedelta(seconds=10)
    """How long one message may take to leave, before its reader counts as too slow."""
    idle: timedelta = timedelta(seconds=60)
    """How long a connection may follow nothing and say nothing."""
    books: int = 50
    """Books that one connection may follow."""
    connections: int = 2_000
    """Connections of everybody."""
    connections_per_address: int = 20
    connections_per_user: int = 10
    """Connections on which one user is signed in."""
    max_message: int = 8_192
    """Bytes of a message from a client."""
    errors: int = 10
    """Errors in a row after which a connection is ended."""

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.interval <= _LONGEST_INTERVAL:
            raise ValueError(f"interval must be from 0 to 10 s, not {self.interval}")
        if min(self.patience, self.idle) <= timedelta(0):
            raise ValueError("patience and idle must be longer than nothing")
        for name in ("connections", "connections_per_address", "connections_per_user", "errors"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")
        if not 1 <= self.books < self.queue:
            # Each book that is followed begins with its view, all at once after an engine's start.
            raise ValueError(f"queue ({self.queue}) must be larger than books ({self.books})")
        if self.max_message < 1_024:
            raise ValueError(f"max_message must hold a token, not {self.max_message} bytes")
