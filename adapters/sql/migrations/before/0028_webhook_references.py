"""Webhooks tell which refund or payout they are about, and that a payout failed."""

from alembic import op

from solebook.adapters.sql.migrations.parts import bigint, id_column, index, key, text, word

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = (
    "charge.captured",
    "charge.declined",
    "charge.refunded",
    "payout.paid",
    "payout.failed",
    "other",
)


def upgrade() -> None:
    # A CHECK cannot be changed in SQLite, so the table is made anew.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM webhooks")
    op.drop_table("webhooks")
    op.create_table(
        "webhooks",
        text("id"),
        word("kind", KINDS),
        id_column("order_id", nullable=True),
        text("charge_id", nullable=True),
        bigint("amount"),
        text("reason", nullable=True),
        text("reference", nullable=True),
        key("webhooks", "id"),
        sqlite_with_rowid=False,
    )
    index("webhooks", "reference")
    op.execute("INSERT INTO webhooks SELECT *, NULL FROM kept")
    op.execute("DROP TABLE kept")
