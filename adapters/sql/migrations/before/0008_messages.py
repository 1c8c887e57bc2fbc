"""Outbox, inbox, deadlines and failed deliveries."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    check,
    counter,
    id_column,
    index,
    instant,
    integer,
    key,
    message,
    partial_index,
    text,
    unique,
    word,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        counter("sequence"),
        id_column("id"),
        *message(),
        key("outbox", "sequence"),
        unique("outbox", "id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        id_column("message_id"),
        text("consumer"),
        instant("at"),
        key("inbox", "message_id", "consumer"),
        sqlite_with_rowid=False,
    )
    index("inbox", "at")
    op.create_table(
        "deadlines",
        id_column("order_id"),
        word("kind", ("payment", "shipment", "arrival", "delivery", "payout")),
        instant("due_at"),
        key("deadlines", "order_id", "kind"),
        sqlite_with_rowid=False,
    )
    index("deadlines", "due_at")
    op.create_table(
        "failed_deliveries",
        id_column("message_id"),
        text("consumer"),
        id_column("id"),
        *message(),
        integer("attempts"),
        instant("due_at"),
        text("error"),
        boolean("dead"),
        key("failed_deliveries", "message_id", "consumer"),
        unique("failed_deliveries", "id"),
        check("failed_deliveries", "attempts", "attempts >= 0"),
    )
    partial_index(
        "ix_failed_deliveries_due",
        "failed_deliveries",
        "due_at",
        where="dead = 0",
        postgresql="NOT dead",
    )
