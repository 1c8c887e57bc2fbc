"""The schema's history on PostgreSQL."""

import io
from collections.abc import Callable
from typing import Any

from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from solebook.adapters.sql.engine.postgres import sort_texts_by_bytes
from solebook.adapters.sql.migrate import configuration
from solebook.adapters.sql.schema import metadata
from solebook.adapters.sql.search.postgres_search_tables import metadata as search

from .test_migrate import numbers

QUERIES = (
    """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
        column_default FROM information_schema.columns WHERE table_schema = 'public'""",
    # PostgreSQL names what is NOT NULL after the column, and the name stays when that is renamed.
    """SELECT c.conrelid::regclass::text, CASE WHEN c.contype <> 'n' THEN c.conname END,
        pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE n.nspname = 'public'""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT t.tgrelid::regclass::text, t.tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t WHERE NOT t.tgisinternal""",
    """SELECT 'function', p.proname, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public'""",
    "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
)


async def run(engine: AsyncEngine, do: Callable[[Connection], object]) -> set[tuple[Any, ...]]:
    """Do something, and return the definition of everything that is there then."""
    async with engine.begin() as connection:
        await connection.run_sync(do)
        return {
            tuple(row)
            for query in QUERIES
            for row in await connection.execute(text(query))
            if row[0] != "alembic_version"
        }


def up(to: str) -> Callable[[Connection], None]:
    return lambda connection: command.upgrade(configuration(connection), to)


def down(to: str) -> Callable[[Connection], None]:
    return lambda connection: command.downgrade(configuration(connection), to)


async def test_revisions_lead_to_the_tables_that_the_code_knows(
    empty_postgres: AsyncEngine,
) -> None:
    def check(connection: Connection) -> None:
        config = configuration(connection)
        config.stdout = io.StringIO()
        command.check(config)

    await run(empty_postgres, up("head"))
    await run(empty_postgres, check)


async def test_revisions_lead_to_the_very_same_definitions(empty_postgres: AsyncEngine) -> None:
    def clear(connection: Connection) -> None:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")

    migrated = await run(empty_postgres, up("head"))
    await run(empty_postgres, clear)
    await run(empty_postgres, metadata.create_all)
    await run(empty_postgres, search.create_all)
    assert await run(empty_postgres, sort_texts_by_bytes) == migrated
    assert len(migrated) > 500


async def test_revisions_lead_down_the_way_that_they_led_up(empty_postgres: AsyncEngine) -> None:
    stages = [await run(empty_postgres, up("+1")) for _ in numbers("versions")]
    for stage in [set(), *stages[:-1]][::-1]:
        assert await run(empty_postgres, down("-1")) == stage
    assert await run(empty_postgres, up("head")) == stages[-1]
