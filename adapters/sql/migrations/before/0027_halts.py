"""Books can be halted, and asks wait until theirs opens."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    id_column,
    instant,
    key,
    partial_index,
    text,
    word,
)

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "halts",
        id_column("id"),
        id_column("product_id"),
        text("size", 8, nullable=True),
        word("condition", ("new", "used", "damaged_box"), nullable=True),
        instant("halted_at"),
        instant("ended_at", nullable=True),
        key("halts", "id"),
        sqlite_with_rowid=False,
    )
    partial_index("ix_halts_standing", "halts", "id", where="ended_at IS NULL")
    waiting = "status = 'waiting'"
    by_book = ("product_id", "size", "condition")
    partial_index("ix_asks_waiting_in_book", "asks", *by_book, where=waiting)
    partial_index("ix_asks_waiting_until", "asks", "expires_at", where=waiting)
