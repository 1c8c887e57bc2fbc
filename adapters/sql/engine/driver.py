"""What the engine needs of a database, however that is connected."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy import Dialect


class Connection(Protocol):
    """One connection, for one caller at a time.

    No error of the driver leaves it: Unavailable when the database is at fault, Conflict when a
    constraint is, AssertionError when the statement is.
    """

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        ...

    async def fetch_written(
        self, sql: str, values: Sequence[Any], *, long: bool = False
    ) -> list[Any]:
        """Run a statement that writes and return the rows that it gives back."""
        ...

    async def execute(self, sql: str, values: Sequence[Any], *, long: bool = False) -> int:
        """Run a statement that writes and return how many rows it changed."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row of values and return how many rows were changed."""
        ...


class Driver(Protocol):
    """Connects to one database, and begins and ends transactions there. Raises Unavailable."""

    @property
    def dialect(self) -> Dialect:
        """How its SQL is written."""
        ...

    async def open(self) -> None:
        """Connect, so that a database that cannot be used is told at once."""
        ...

    async def close(self) -> None:
        """Disconnect once nobody writes or reads any more, or when patience is over."""
        ...

    async def begin(self) -> Connection:
        """Begin a transaction and return its connection, which may mean to wait for a turn."""
        ...

    async def commit(self, connection: Connection) -> None:
        """End a transaction, and return once what was written in it is durable."""
        ...

    async def undo(self, connection: Connection) -> None:
        """End a transaction and undo what was written in it."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """Return a block with a connection that only reads what is committed."""
        ...

    def stream(self, sql: str, values: Sequence[Any]) -> AsyncGenerator[Iterable[Any], None]:
        """Run a query and yield its rows in portions, all as of one instant."""
        ...
