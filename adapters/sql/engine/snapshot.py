"""Queries that see the store as of one instant."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Dialect

from ....ports.cipher import Cipher
from .driver import Snapshot
from .statement import Row, Statement


class SqlSnapshot:
    """Runs queries that all see the store as of one instant."""

    def __init__(self, snapshot: Snapshot, dialect: Dialect, cipher: Cipher) -> None:
        self._snapshot = snapshot
        self.cipher = cipher
        self._dialect = dialect

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run a query and return its rows. Raises Unavailable."""
        compiled = statement.compiled(self._dialect, self.cipher, in_transaction=False)
        return compiled.read(await self._snapshot.fetch(compiled.sql, compiled.write(values)))

    async def stream(self, statement: Statement, /, **values: Any) -> AsyncIterator[list[Row]]:
        """Run a query and yield any number of rows, in batches. Raises Unavailable."""
        compiled = statement.compiled(self._dialect, self.cipher, in_transaction=False)
        async for rows in self._snapshot.stream(compiled.sql, compiled.write(values)):
            yield compiled.read(rows)
