"""How a process reaches the others of its exchange, and they reach it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ..core.operations.lease_keeper import LeaseTenure
from ..ports.language.messages import Queue
from ..ports.language.process_roles import ProcessRole
from ..ports.matching import ShardMatching
from ..ports.message_broker import MessageBroker

if TYPE_CHECKING:
    from ..adapters.nats.micro import MicroService

RECEIVING: Final = frozenset(queue.role for queue in Queue) - {ProcessRole.MATCHING}
"""The roles that receive messages from a broker."""

Block: TypeAlias = AbstractAsyncContextManager[None]


@dataclass(frozen=True, slots=True)
class Across:
    """The network between the processes of an exchange."""

    shards: Sequence[ShardMatching]
    """The engines of the processes that own the shards, by number."""
    serve: Callable[[int, ShardMatching, LeaseTenure], Block]
    """Let other processes reach this process's engine of a shard until the block is left."""
    tell_books: Callable[[int, LeaseTenure], Block]
    """Tell other processes what the engine of a shard publishes here, until the block is left."""
    check: Callable[[], Awaitable[None]]
    """Raise Unavailable unless this process reaches the network."""
    serve_services: "Callable[[Sequence[MicroService], str], Block]"
    """Serve calls of other programs, in a version, until the block is left. Raises Unavailable."""
    broker: MessageBroker
    """Carries the messages of the event bus."""
