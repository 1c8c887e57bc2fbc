"""The protocols of a database driver and its connections."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect

from ....ports.language.pools import PoolUse
from .condition import Trouble
from .statement import CompiledStatement


class Write(NamedTuple):
    """A write statement, and the columns of the values to run it for."""

    statement: CompiledStatement
    columns: Sequence[Sequence[Any]]
    must_change: bool = False
    """Whether each of the values must change a row."""


class Connection(Protocol):
    """A connection, for one caller at a time.

    It translates the driver's errors: Unavailable if the database fails, Conflict if a constraint
    is violated, AssertionError if the statement is wrong.
    """

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        ...

    async def fetch_written(
        self, sql: str, values: Sequence[Any], *, long: bool = False
    ) -> list[Any]:
        """Run a write statement and return the rows of its RETURNING clause."""
        ...

    async def execute(self, sql: str, values: Sequence[Any], *, long: bool = False) -> int:
        """Run a write statement and return the number of changed rows."""
        ...

    async def attempt(self, sql: str, values: Sequence[Any]) -> int:
        """Run like `execute`, but a Conflict rolls back only that statement."""
        ...

    async def set_savepoint(self) -> None:
        """Set a savepoint, inside those that are set already."""
        ...

    async def release_savepoint(self) -> None:
        """Forget the innermost savepoint, and keep what was written since."""
        ...

    async def undo_savepoint(self) -> None:
        """Roll back to the innermost savepoint, and forget it.

        Raises AssertionError if the database has rolled back the whole transaction.
        """
        ...

    async def lock(self, names: Collection[str]) -> None:
        """Lock names until the end of the transaction. It waits if others have locked them."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of values and return the number of changed rows."""
        ...

    async def fetch_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run a write statement for each row of values and return the rows of RETURNING."""
        ...

    def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a query inside the transaction and yield its rows in batches."""
        ...

    async def execute_together(self, writes: Sequence[Write]) -> list[int]:
        """Run statements that do not depend on each other, each for all of its values.

        Returns how many rows each of them changed. Many rows are cheaper than by `execute_many`.
        Raises Unchanged if one of those that must change a row did not; the transaction must then
        be rolled back.
        """
        ...


class Snapshot(Protocol):
    """A connection whose reads all see the store as of one instant.

    It translates the driver's errors like a Connection.
    """

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        ...

    def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a query and yield its rows in batches."""
        ...


class Driver(Protocol):
    """Connects to one database, and begins and ends transactions there. Raises Unavailable."""

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect."""
        ...

    def trouble_of(self, error: BaseException | None) -> Trouble | None:
        """Return what an error of the database says that lasts: a full disk, or damage."""
        ...

    async def open(self) -> None:
        """Connect, so that an unusable database is detected at once."""
        ...

    async def close(self) -> None:
        """Disconnect when no reads or writes are under way, or after a timeout."""
        ...

    async def begin(self, *, urgent: bool = False) -> Connection:
        """Begin a transaction, if necessary after waiting for a turn, and return its connection.

        An urgent one does not wait for others that wait.
        """
        ...

    async def commit(self, connection: Connection) -> None:
        """Commit a transaction, and return when its writes are durable."""
        ...

    async def undo(self, connection: Connection) -> None:
        """Roll back a transaction."""
        ...

    async def write(self, writes: Sequence[Write], *, urgent: bool = False) -> None:
        """Run `execute_together` as a transaction of its own. Raises what that raises.

        After Unavailable, it may be committed all the same.
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """Return a context with a connection that reads committed data only."""
        ...

    def stream(self, sql: str, values: Sequence[Any]) -> AsyncGenerator[Iterable[Any], None]:
        """Run a query and yield its rows in batches, all as of one instant."""
        ...

    def pools(self) -> Mapping[str, PoolUse]:
        """Return how its connections are used, by what they are for."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Return a context with a connection whose reads all see the store as of one instant.

        It sees committed data only, blocks nobody, and writes nothing.
        """
        ...
