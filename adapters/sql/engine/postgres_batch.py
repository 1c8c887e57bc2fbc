"""Write statements for many rows each, put together as one statement of PostgreSQL (ADR 0078)."""

import re
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Delete,
    Insert,
    String,
    Update,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

from .constructs import OnConflict
from .postgres import DIALECT
from .statement import CompiledStatement

_PARAMETER = re.compile(r"\$(\d+)")


@cache
def together(
    statements: tuple[CompiledStatement, ...], must_change: frozenset[CompiledStatement]
) -> str:
    """Return one statement that runs each of these for all of its rows.

    Its parameters are the columns of the rows, statement by statement, each as one array. It
    returns one row with the number of changed rows of each statement. It divides by zero, so that
    nothing is written, if one that `must_change` a row for each of its own did not. All of them see
    the database as it was before, so none may change a row that another one writes.
    """
    parts, counts, first = [], [], 0
    for number, statement in enumerate(statements):
        sql, arrays = _for_arrays(statement.clause)
        parts.append(f"w{number} AS ({_numbered_from(first, sql)} RETURNING 1)")
        count = f"(SELECT count(*) FROM w{number})"  # noqa: S608  # of our own names
        if statement in must_change:
            count = f"{count} / (cardinality(${first + 1}) = {count})::int"
        counts.append(count)
        first += arrays
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


def _numbered_from(first: int, sql: str) -> str:
    """Return the SQL with `first` added to the numbers of its parameters."""
    return _PARAMETER.sub(lambda match: f"${int(match[1]) + first}", sql)


def _for_arrays(clause: Any) -> tuple[str, int]:
    """Return a write statement for all rows of parallel arrays, and the number of arrays."""
    compiled = clause.compile(dialect=DIALECT)
    names = compiled.positiontup
    assert all(compiled.binds[name].required for name in names), f"it has constants: {clause}"
    kinds = {name: _kind(compiled.binds[name].type) for name in names}
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    columns = [column(name, kind) for name, kind in kinds.items()]
    rows = func.unnest(*arrays).table_valued(*columns, name="new").render_derived()

    def replaced(element: Any, **_: Any) -> Any:
        is_value = isinstance(element, BindParameter) and element.key in kinds
        return rows.c[element.key] if is_value else None

    if isinstance(clause, Insert):
        for_all: Any = _insert(clause, rows)
    else:
        assert isinstance(clause, Update | Delete), clause
        for_all = visitors.replacement_traverse(clause, {}, replaced)
    return str(for_all.compile(dialect=DIALECT)), len(names)


def _insert(clause: Insert, rows: Any) -> Insert:
    """Return an INSERT of all rows, with what the clause does about conflicts."""
    names = [one.name for one in rows.c]
    many = insert(clause.table).from_select(names, select(*rows.c), include_defaults=False)
    on_conflict = clause._post_values_clause
    if on_conflict is None:
        return many
    assert isinstance(on_conflict, OnConflict), on_conflict
    return many.ext(on_conflict)


def _kind(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type of a value, without a length: a cast to it would cut longer texts."""
    return String() if isinstance(kind, String) else kind
