"""Declines are counted, and what waits to be charged is found."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    check,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    text,
)

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declines",
        id_column("order_id"),
        id_column("buyer_id"),
        instant("at"),
        text("reason"),
        instant("forgiven_at", nullable=True),
        key("declines", "order_id"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "ix_declines_that_count",
        "declines",
        "buyer_id",
        "at",
        "order_id",
        where="forgiven_at IS NULL",
    )
    op.create_table(
        "bid_bars",
        id_column("buyer_id"),
        integer("declines"),
        instant("until"),
        check("bid_bars", "declines", "declines > 0"),
        key("bid_bars", "buyer_id"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "ix_payments_untried",
        "payments",
        "created_at",
        where="status = 'pending' AND attempted_at IS NULL",
    )
    partial_index(
        "ix_payments_unanswered",
        "payments",
        "buyer_id",
        where="status = 'pending' AND attempted_at IS NOT NULL AND answered_at IS NULL",
    )
    index("payments", "buyer_id", "answered_at")
    partial_index("ix_deliveries_failed", "deliveries", "key", where="attempts > 0")
