"""Rows that a transaction writes at its end (ADR 0074)."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .statement import Statement


@dataclass(slots=True)
class Waiting:
    """The rows that wait, by statement. Those that others may look for have a key."""

    rows: dict[Statement, list[Mapping[str, Any]]] = field(default_factory=dict)
    must_change: set[Statement] = field(default_factory=set)
    """The statements that must change a row for each of theirs."""
    tables: set[str] = field(default_factory=set)
    """The tables of rows without a key."""
    keys: dict[str, set[Hashable]] = field(default_factory=dict)
    """The keys of rows, by table."""

    def add(
        self,
        statement: Statement,
        rows: Iterable[Mapping[str, Any]],
        *,
        must_change: bool,
        key: Hashable | None = None,
    ) -> None:
        """Let rows, or the row with a key, wait for a statement."""
        given = [*rows]
        if not given:
            return
        self.rows.setdefault(statement, []).extend(given)
        if must_change:
            self.must_change.add(statement)
        if key is None:
            self.tables.add(statement.table)
        else:
            self.keys.setdefault(statement.table, set()).add(key)

    def concern(self, statement: Statement, key: Hashable | None) -> bool:
        """Whether a statement, about the row with this key or any, may see rows that wait."""
        if not self.tables.isdisjoint(statement.tables):
            return True
        keys = (self.keys[table] for table in self.keys.keys() & statement.tables)
        return any(key is None or key in of_table for of_table in keys)

    def in_order(self) -> Iterable[tuple[Statement, list[Mapping[str, Any]]]]:
        """Return the statements with their rows.

        With keys, they are always in the same sequence, whichever of the rows came first. So what
        is put together of the same statements is one that PostgreSQL knows.
        """
        if not self.keys:
            return self.rows.items()
        return sorted(self.rows.items(), key=lambda waiting: waiting[0].number)

    def copy(self) -> Self:
        """Return a copy, with which to go back to what waits now."""
        rows = {statement: [*rows] for statement, rows in self.rows.items()}
        keys = {table: {*of_table} for table, of_table in self.keys.items()}
        return type(self)(rows, {*self.must_change}, {*self.tables}, keys)
