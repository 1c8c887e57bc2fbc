"""How a process reaches the others of its exchange, and they reach it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from ..core.operations.lease_keeper import LeaseTenure
from ..ports.matching import ShardMatching
from ..ports.message_broker import MessageBroker

Block: TypeAlias = AbstractAsyncContextManager[None]


@dataclass(frozen=True, slots=True)
class Across:
    """The network between the processes of an exchange."""

    matching: ShardMatching
    """The engine of the process that owns it."""
    serve: Callable[[ShardMatching, LeaseTenure], Block]
    """Let other processes reach this process's engine until the block is left."""
    tell_books: Callable[[LeaseTenure], Block]
    """Tell other processes what this process's engine publishes, until the block is left."""
    check: Callable[[], Awaitable[None]]
    """Raise Unavailable unless this process reaches the network."""
    broker: MessageBroker
    """Carries the messages of the event bus."""
