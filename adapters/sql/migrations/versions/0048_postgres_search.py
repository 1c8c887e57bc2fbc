"""The search index on PostgreSQL."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    day,
    id_column,
    instant,
    integer,
    key,
    text,
)

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "search_index",
        integer("id"),
        integer("serving"),
        sa.Column("building", sa.Integer(), nullable=True),
        integer("rebuilds"),
        key("search_index", "id"),
        check("search_index", "id", "id = 1"),
    )
    op.execute("INSERT INTO search_index (id, serving, rebuilds) VALUES (1, 0, 0)")
    op.create_table("search_removed", id_column("product_id"), key("search_removed", "product_id"))
    op.create_table("search_words", text("word"), _texts("trigrams"), key("search_words", "word"))
    op.create_index(
        "ix_search_words_trigrams", "search_words", ["trigrams"], postgresql_using="gin"
    )
    _create_documents()


def _create_documents() -> None:
    table = "search_documents"
    words = sa.Computed("array_to_tsvector(words::text[])", persisted=True)
    op.create_table(
        table,
        integer("generation"),
        id_column("product_id"),
        integer("version"),
        *map(text, ("style_code", "style_key", "brand", "brand_key", "model", "colorway")),
        bigint("retail_price"),
        day("release_date"),
        integer("year"),
        text("sizes"),
        _texts("words"),
        sa.Column("text", TSVECTOR(), words, nullable=True),
        bigint("lowest_ask", nullable=True),
        integer("sales"),
        instant("as_of", nullable=True),
        key(table, "generation", "product_id"),
    )
    op.create_index(f"ix_{table}_text", table, ["text"], postgresql_using="gin")
    op.create_index(f"ix_{table}_style_key", table, ["generation", "style_key"])
    op.create_index(f"ix_{table}_sales", table, ["generation", "sales", "product_id"])


def _texts(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, sa.ARRAY(sa.String()), nullable=False)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("search_documents", "search_words", "search_removed", "search_index"):
        op.drop_table(table)
