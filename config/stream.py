"""Settings of the live stream."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from ..ports.language.limits import Between, check_limits

_NOTHING = timedelta(0)
_MANY = 1_000_000
_CLOSED = "nobody could connect"


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The update interval of the stream and the limits of its connections.

    All limits are per process. Raises ValueError if invalid.
    """

    between: Literal["nats", "redis"] | None = None
    """What carries the streams from process to process. The default is NATS if `nats.url` is set,
    and else Redis if `redis.url` is set."""
    interval: Annotated[timedelta, Between(_NOTHING, timedelta(seconds=10))] = timedelta(
        milliseconds=100
    )
    """A book's changes are sent together, at most once per interval. 0 sends each at once."""
    queue: Annotated[int, Between(2, _MANY, "it must be larger than `books`")] = 256
    """The maximum of queued messages per connection. A client that exceeds it is disconnected."""
    patience: Annotated[
        timedelta,
        Between(timedelta(seconds=1), timedelta(hours=1), "every reader would be too slow"),
    ] = timedelta(seconds=10)
    """The timeout for sending one message. A client that exceeds it is disconnected."""
    idle: Annotated[
        timedelta,
        Between(timedelta(seconds=1), timedelta(days=1), "nobody could subscribe in time"),
    ] = timedelta(seconds=60)
    """The timeout of a connection that has no subscription and sends nothing."""
    books: Annotated[int, Between(1, _MANY, "nobody could follow a book")] = 50
    """The maximum of books that one connection may subscribe to."""
    depth: Annotated[int, Between(1, 100_000, "nobody would see a price")] = 500
    """The maximum of price levels of each side in a snapshot. Deeper ones are left out."""
    connections: Annotated[int, Between(1, _MANY, _CLOSED)] = 2_000
    """The maximum of connections in all."""
    connections_per_address: Annotated[int, Between(1, _MANY, _CLOSED)] = 20
    connections_per_user: Annotated[int, Between(1, _MANY, _CLOSED)] = 10
    """The maximum of connections on which one user is signed in."""
    max_message: Annotated[int, Between(1_024, 1_048_576, "a token would be too large")] = 8_192
    """The maximum size of a client's message in bytes."""
    errors: Annotated[int, Between(1, 1_000, "a connection would end before its first message")] = (
        10
    )
    """The number of consecutive errors after which a connection is closed."""

    @property
    def sent_levels(self) -> int:
        """How many levels a side of a view are looked at: one more than a snapshot has, which
        tells whether it is complete.
        """
        return self.depth + 1

    def __post_init__(self) -> None:
        check_limits(self)
        if self.books >= self.queue:
            # After an engine restart, all subscribed books send their view at once.
            raise ValueError(f"queue ({self.queue}) must be larger than books ({self.books})")
