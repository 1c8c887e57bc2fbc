"""The subjects, streams and consumers of NATS that an exchange uses. All begin with its prefix."""

from dataclasses import dataclass
from zlib import crc32

from ...ports.language.messages import Queue
from ...ports.language.process_roles import ProcessRole

RECEIVING_ROLES = tuple(sorted({queue.role for queue in Queue} - {ProcessRole.MATCHING}))
"""The roles that have consumers of messages, if processes reach the engine across a network."""


def shard_subject(prefix: str, shard: int, epoch: int, *, shards: int = 1) -> str:
    """Return the subject for commands to the engine of a shard, one of `shards`.

    The epoch is that of the shard's lease, so no command reaches an engine that has lost it.
    """
    return f"{prefix}.matching.{_part(shard, shards)}.{epoch}"


def books_subject(prefix: str, shard: int, *, shards: int = 1) -> str:
    """Return the subject for what a shard's engine publishes of its books."""
    return f"{prefix}.books.{_part(shard, shards)}"


def asked_books_subject(prefix: str, shard: int, *, shards: int = 1) -> str:
    """Return the subject on which a shard's engine is asked for books as they are now."""
    return f"{prefix}.books.{_part(shard, shards)}.asked"


def _part(shard: int, shards: int) -> str:
    """Return a shard with the number of them, so that processes with another one do not meet."""
    return str(shard) if shards == 1 else f"{shard}-of-{shards}"


def orders_subject(prefix: str) -> str:
    """Return the subject for changed orders."""
    return f"{prefix}.orders"


def products_subject(prefix: str) -> str:
    """Return the subject for products that caches must forget."""
    return f"{prefix}.cache.products"


@dataclass(frozen=True, slots=True)
class EventNames:
    """The names of the stream of events and of its consumers."""

    prefix: str
    partitions: int

    @property
    def stream(self) -> str:
        """The name of the stream."""
        return f"{self.prefix}-events"

    @property
    def every_subject(self) -> str:
        """The pattern of all subjects of the stream."""
        return f"{self.prefix}.events.>"

    def subject(self, key: str, event: str) -> str:
        """Return the subject for an event about a key, such as `solebook.events.3.order.paid`."""
        return f"{self.prefix}.events.{self.partition(key)}.{event}"

    def partition(self, key: str) -> int:
        """Return the partition of a key, which is the same in every process."""
        return crc32(key.encode()) % self.partitions

    def event(self, subject: str) -> str:
        """Return the name of the event of a subject."""
        return subject.removeprefix(f"{self.prefix}.events.").partition(".")[2]

    def of_partition(self, partition: int) -> str:
        """Return the pattern of the subjects of a partition."""
        return f"{self.prefix}.events.{partition}.>"


@dataclass(frozen=True, slots=True, order=True)
class ConsumerName:
    """The name of a consumer of the stream: which owner of a partition it is for.

    An owner that comes back to it, after an interruption, has a new `session`.
    """

    role: ProcessRole
    partition: int
    epoch: int = 0
    session: int = 0

    def __str__(self) -> str:
        return f"{self.role}-{self.partition}-{self.epoch}-{self.session}"

    @classmethod
    def read(cls, name: str) -> "ConsumerName | None":
        """Return what a name says, or None if it is not one of ours."""
        role, *numbers = name.rsplit("-", 3)
        if role not in RECEIVING_ROLES or not all(map(str.isdecimal, numbers)):
            return None
        if len(numbers) != 3:
            return None
        return cls(ProcessRole(role), *map(int, numbers))

    def replaces(self, other: "ConsumerName") -> bool:
        """Whether this is for a later owner of the same partition."""
        same = (self.role, self.partition) == (other.role, other.partition)
        return same and (self.epoch, self.session) > (other.epoch, other.session)
