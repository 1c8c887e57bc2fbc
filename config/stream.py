"""What a deployment may set about the live stream."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from ..ports.language.limits import Between, check_limits

_NOTHING = timedelta(0)
_MANY = 1_000_000
_CLOSED = "nobody could connect"


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """How often the stream tells, and how much one connection may ask of it.

    All of it is counted by process. Raises ValueError for what makes no sense.
    """

    interval: Annotated[timedelta, Between(_NOTHING, timedelta(seconds=10))] = timedelta(
        milliseconds=100
    )
    """A book's changes are told together, at most once in this time; 0 tells each at once."""
    queue: Annotated[int, Between(2, _MANY, "it must be larger than `books`")] = 256
    """News that wait for one connection; a reader so slow that more would is disconnected."""
    patience: Annotated[
        timedelta,
        Between(timedelta(seconds=1), timedelta(hours=1), "every reader would be too slow"),
    ] = timedelta(seconds=10)
    """How long one message may take to leave, before its reader counts as too slow."""
    idle: Annotated[
        timedelta,
        Between(timedelta(seconds=1), timedelta(days=1), "nobody could subscribe in time"),
    ] = timedelta(seconds=60)
    """How long a connection may follow nothing and say nothing."""
    books: Annotated[int, Between(1, _MANY, "nobody could follow a book")] = 50
    """Books that one connection may follow."""
    connections: Annotated[int, Between(1, _MANY, _CLOSED)] = 2_000
    """Connections of everybody."""
    connections_per_address: Annotated[int, Between(1, _MANY, _CLOSED)] = 20
    connections_per_user: Annotated[int, Between(1, _MANY, _CLOSED)] = 10
    """Connections on which one user is signed in."""
    max_message: Annotated[int, Between(1_024, 1_048_576, "a token would be too large")] = 8_192
    """Bytes of a message from a client."""
    errors: Annotated[int, Between(1, 1_000, "a connection would end before its first message")] = (
        10
    )
    """Errors in a row after which a connection is ended."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.books >= self.queue:
            # Each book that is followed begins with its view, all at once after an engine's start.
            raise ValueError(f"queue ({self.queue}) must be larger than books ({self.books})")
