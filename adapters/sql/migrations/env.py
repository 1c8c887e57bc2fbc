"""How Alembic runs the revisions: over the connection that migrate.py hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from solebook.adapters.sql.engine.postgres import sort_texts_by_bytes
from solebook.adapters.sql.schema import metadata
from solebook.adapters.sql.schema.columns import Instant


def _render(kind: str, item: Any, written: AutogenContext) -> str | Literal[False]:
    """Write a revision in SQLAlchemy's own types, so that it never changes with the code."""
    if kind == "type" and item is Instant:
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        written.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        jsonb = "JSONB(none_as_null=True)"
        return f"sa.JSON(none_as_null=True).with_variant({jsonb}, 'postgresql')"
    return False


def _is_described(name: str | None, kind: str, _: Any) -> bool:
    """Leave the search index alone: it is made of SQLite's virtual tables, not of Core's."""
    return kind != "table" or not (name or "").startswith("search_")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=_render,
    include_name=_is_described,
    render_as_batch=connection.dialect.name == "sqlite",  # it cannot alter a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
    if connection.dialect.name == "postgresql":
        sort_texts_by_bytes(connection)
