"""Refusals of what is too much, too late or out of reach for now."""

import math
from dataclasses import dataclass

from .base import Refusal


def _whole(seconds: float) -> int:
    """Return whole seconds that are enough."""
    return max(1, math.ceil(seconds))


@dataclass(eq=False)
class Unavailable(Refusal):
    """A dependency did not respond or did not save. A retry may succeed."""

    what: str
    retry_after: float = 1.0
    """Seconds to wait before trying again."""

    # It has no annotation, because it is none of the data that callers are told.
    is_conflict = False
    """Whether the transaction was undone because of another, as in a deadlock."""

    def __str__(self) -> str:
        return f"{self.what} is unavailable; try again in {_whole(self.retry_after)} s"


@dataclass(eq=False)
class QueueFull(Refusal):
    """A queue is full; the request was not accepted."""

    what: str
    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return f"{self.what} is full; try again in {_whole(self.retry_after)} s"


@dataclass(eq=False)
class Overloaded(Refusal):
    """The exchange is behind with charging, and accepts no new offers until it has caught up."""

    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return (
            "the exchange is behind with charging and accepts no new offers for now; your standing "
            f"offers stay and can be cancelled; try again in {_whole(self.retry_after)} s"
        )


@dataclass(eq=False)
class CounterpartBusy(Refusal):
    """The ask reaches only bids of buyers with too many unpaid orders."""

    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return (
            "the buyers that this ask reaches have too many unpaid orders; try again "
            f"in {_whole(self.retry_after)} s"
        )


@dataclass(eq=False)
class TooManySubscriptions(Refusal):
    """A connection follows the maximum number of books."""

    limit: int

    def __str__(self) -> str:
        return f"a connection can follow at most {self.limit} books; unsubscribe from one first"


@dataclass(eq=False)
class RateLimited(Refusal):
    """Too many requests."""

    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return f"too many requests; try again in {_whole(self.retry_after)} s"


@dataclass(eq=False)
class ShardLost(Refusal):
    """Another process now owns the shard of the matching engine."""

    shard: int

    def __str__(self) -> str:
        return f"the matching engine's shard {self.shard} belongs to another process"


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key was used for a different request."""

    key: str

    def __str__(self) -> str:
        return f"the Idempotency-Key {self.key!r} was used for a different request"


@dataclass(eq=False)
class RebuildReplaced(Refusal):
    """A later rebuild of the search index replaced this one."""

    def __str__(self) -> str:
        return "another rebuild of the search index has started and replaces this one"
