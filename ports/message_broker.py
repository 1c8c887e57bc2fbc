"""The port to a broker that carries the messages of the event bus between processes."""

from typing import Protocol

from .language.messages import BrokerBacklog, Position
from .language.process_roles import ProcessRole
from .tenure import Tenure


class WatchedBroker(Protocol):
    """A broker as seen by those who receive nothing from it."""

    async def backlog(self) -> BrokerBacklog:
        """Return what the broker has at one instant. Raises Unavailable."""
        ...


class MessageBroker(WatchedBroker, Protocol):
    """Keeps published messages until each role has received them.

    Messages are divided into partitions by key. Each role receives each partition on its own, in
    one process at a time.
    """

    @property
    def partitions(self) -> int:
        """The number of partitions, numbered from 0."""
        ...

    async def receive(
        self, role: ProcessRole, partition: int, *, epoch: int, tenure: Tenure
    ) -> None:
        """Give the messages of a partition to the role's consumers in this process.

        It ends when the tenure is over. When it is cancelled, it finishes what it has begun.
        Messages with the same key come in order, and again if their receipt was lost. Whoever
        received the partition for the role in a lower `epoch` gets nothing any more. Raises
        AssertionError if a message cannot be read; the message stays.
        """
        ...

    @property
    def incarnation(self) -> str:
        """Which run of the broker this process reaches; another one after it was started anew."""
        ...

    async def has_kept(self, position: Position) -> bool:
        """Return whether no message up to a position was lost. Raises Unavailable.

        After the connection was interrupted, publishing raises Unavailable until this was asked.
        """
        ...
