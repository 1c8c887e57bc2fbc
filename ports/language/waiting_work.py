"""What waits in the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .alarms import AlarmKind
from .messages import Queue


@dataclass(frozen=True, slots=True)
class QueueLength:
    """The deliveries of a queue, and since when the first of them could have been tried."""

    length: int
    oldest: datetime | None
    """In the future if all of them are retried later. None if the queue is empty."""


@dataclass(frozen=True, slots=True)
class WaitingInStore:
    """What waits. The counts stop at a limit, and the instants are of what waits longest."""

    unsent: int
    """Messages in the outbox."""
    oldest_unsent: datetime | None
    queues: Mapping[Queue, QueueLength]
    dead_letters: int
    oldest_unpaid: datetime | None
    """When the oldest order that is not paid was matched."""
    oldest_uncharged: datetime | None
    """When the oldest order was matched that nobody has tried to charge yet."""
    oldest_deadline: datetime | None
    """The first running deadline, which may be in the future."""
    alarms: Mapping[AlarmKind, int]
    """Open alarms. Kinds without any are missing."""
