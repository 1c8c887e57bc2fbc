"""The search index: SQLite's own full-text search, in two slots."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "search_index",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serving", sa.String(1), nullable=False),
        sa.Column("rebuilds", sa.Integer(), nullable=False),
        sa.Column("building", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_index")),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_index_id")),
        sa.CheckConstraint("serving IN ('a', 'b')", name=op.f("ck_search_index_serving")),
    )
    op.execute("INSERT INTO search_index (id, serving, rebuilds, building) VALUES (1, 'a', 0, 0)")
    op.create_table(
        "search_removed",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_search_removed")),
        sqlite_with_rowid=False,
    )
    for slot in "ab":
        _create_slot(slot)


def _create_slot(slot: str) -> None:
    documents, words = f"search_documents_{slot}", f"search_words_{slot}"
    op.create_table(
        documents,
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("style_code", sa.String(), nullable=False),
        sa.Column("style_key", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("brand_key", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("colorway", sa.String(), nullable=False),
        sa.Column("retail_price", sa.BigInteger(), nullable=False),
        sa.Column("release_date", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sizes", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("lowest_ask", sa.BigInteger(), nullable=True),
        sa.Column("sales", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{documents}")),
        sa.UniqueConstraint("product_id", name=op.f(f"uq_{documents}_product_id")),
    )
    op.create_index(op.f(f"ix_{documents}_style_key"), documents, ["style_key"])
    op.create_index(op.f(f"ix_{documents}_sales_product_id"), documents, ["sales", "product_id"])
    op.create_table(
        words,
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{words}")),
        sa.UniqueConstraint("word", name=op.f(f"uq_{words}_word")),
    )
    # The words are split and folded before they come here: `ascii` takes them as they are.
    op.execute(
        f"CREATE VIRTUAL TABLE search_text_{slot} USING "
        "fts5(text, content='', detail=none, tokenize='ascii', prefix='1 2 3')"
    )
    op.execute(
        f"CREATE VIRTUAL TABLE search_trigrams_{slot} USING "
        "fts5(text, content='', detail=none, tokenize='trigram')"
    )
