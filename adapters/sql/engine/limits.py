"""Limits of a database's connections."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections one process opens, and how many seconds it waits for what.

    Every wait that is too long raises Unavailable. SQLite uses only `patience`.
    """

    connections: int = 10
    """Concurrent transactions and reads. Streams have connections of their own."""
    patience: float = 10.0
    """The wait for a free connection, or on SQLite for a turn to write."""
    connecting: float = 5.0
    """The wait for a new connection."""
    opening: float = 0.0
    """The wait for the first connection, if that is longer. A process that starts is busy itself,
    and on a loaded machine it looks at the server's answer only seconds after it has come."""
    statement: float = 30.0
    """The run of one statement, including its wait for locks. Long writes are exempt."""
    grace: float = 5.0
    """How much later than the server's own limit a statement's connection counts as dead."""
    left_alone: float = 5.0
    """After it the server ends a transaction that its process has stopped using. A process that
    hangs must not keep the locks of a shard."""
