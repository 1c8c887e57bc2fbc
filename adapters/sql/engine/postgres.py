"""PostgreSQL's dialect, and how it compiles the constructs."""

from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from .constructs import (
    EachOf,
    Holds,
    OnConflict,
    OneOf,
    OneOfRows,
    end_silent_writers,
    gathered,
    restart_numbers,
    start_of_day,
    start_of_hour,
    uuid_text,
)

# JSON columns hold text that msgspec has encoded already, so the dialect must not encode it again.
DIALECT: Dialect = PGDialect_asyncpg(  # type: ignore[no-untyped-call]  # it has no annotations
    json_serializer=str, json_deserializer=str
)
DOCUMENT = JSONB(none_as_null=True)
"""The type of a column for a JSON text."""


@compiles(OnConflict, "postgresql")
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **kw: Any) -> str:
    unique, where, changed = element.unique, element.where, element.changed
    if changed is None:
        skip = OnConflictDoNothing(index_elements=unique or None, index_where=where)
        return compiler.process(skip, **kw)
    change = OnConflictDoUpdate(
        index_elements=unique, index_where=where, set_=dict(changed), where=element.only_if
    )
    return compiler.process(change, **kw)


@compiles(OneOf, "postgresql")
def _one_of(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(OneOfRows, "postgresql")
def _one_of_rows(element: OneOfRows, compiler: SQLCompiler, **kw: Any) -> str:
    parts = [compiler.process(part, **kw) for part in element.clauses]
    columns, lists = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    # Of two conditions, PostgreSQL may use the first for an index, and the second only for a join.
    may_be = f"{columns[0]} = ANY ({lists[0]})"
    is_row = f"({', '.join(columns)}) IN (SELECT * FROM unnest({', '.join(lists)}))"  # noqa: S608  # of our own texts
    return f"({may_be} AND {is_row})"


@compiles(EachOf, "postgresql")
def _each_of(element: EachOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **kw)}) AS value)"


@compiles(Holds, "postgresql")
def _holds(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    column, word = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} ? {word}"


@compiles(gathered, "postgresql")
def _gathered(element: gathered, compiler: SQLCompiler, **kw: Any) -> str:
    row = f"json_build_array({compiler.process(element.clauses, **kw)})"
    return f"CAST(coalesce(json_agg({row}), '[]') AS TEXT)"


@compiles(restart_numbers, "postgresql")
def _restart_numbers(element: restart_numbers, _: SQLCompiler, **_kw: Any) -> str:
    table, column = element.column.table.name, element.column.name
    next_one = f"(SELECT coalesce(max({column}), 0) + 1 FROM {table})"  # noqa: S608  # of our own names
    return f"setval(pg_get_serial_sequence('{table}', '{column}'), {next_one}, false)"


@compiles(uuid_text, "postgresql")
def _uuid_text(element: uuid_text, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"


@compiles(start_of_hour, "postgresql")
def _start_of_hour(element: start_of_hour, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date_trunc('hour', {compiler.process(element.clauses, **kw)}, 'UTC')"


@compiles(start_of_day, "postgresql")
def _start_of_day(element: start_of_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date_trunc('day', {compiler.process(element.clauses, **kw)}, 'UTC')"


@compiles(end_silent_writers, "postgresql")
def _end_silent_writers(element: end_silent_writers, _: SQLCompiler, **_kw: Any) -> str:
    # The timeout of idle transactions does not see a process that was stopped between two messages
    # of one statement.
    return f"""\
(SELECT count(pg_terminate_backend(held.pid))
FROM pg_locks AS held JOIN pg_stat_activity AS holder ON holder.pid = held.pid
WHERE held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND held.relation = '{element.table.name}'::regclass AND held.mode = 'RowExclusiveLock'
AND holder.wait_event = 'ClientRead' AND holder.pid <> pg_backend_pid()
AND greatest(holder.query_start, holder.state_change) < clock_timestamp() - interval '1 second')"""  # noqa: S608  # of our own names


def sort_texts_by_bytes(connection: Connection) -> None:
    """Give all columns with texts the order of their bytes, as on SQLite and in Python.

    The order of a database's locale is another one, so that pages could miss rows; and it changes
    with the system's libraries, which damages indexes. Nothing is done to columns that have it.
    """
    for table, columns in connection.exec_driver_sql(_SORTED_BY_LOCALE).all():
        changes = (f'ALTER COLUMN {name} TYPE {kind} COLLATE "C"' for name, kind in columns)
        connection.exec_driver_sql(f"ALTER TABLE {table} {', '.join(changes)}")


_SORTED_BY_LOCALE = """\
SELECT c.oid::regclass::text,
    array_agg(ARRAY[quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)] ORDER BY attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0
    AND a.atttypid IN ('varchar'::regtype, 'text'::regtype)
    AND a.attcollation = 'pg_catalog."default"'::regcollation
GROUP BY c.oid ORDER BY c.relname"""


def inserts_only(table: Table, message: str) -> list[str]:
    """Return the DDL of triggers that prevent changing or deleting a table's rows."""
    name = f"{table.name}_inserts_only"
    return [
        f"""\
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION '{message}'; END$$""",
        f"""\
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()""",
    ]
