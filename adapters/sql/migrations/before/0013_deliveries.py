"""Deliveries to slow consumers wait in the table of those that failed, and it is named for both."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    check,
    id_column,
    instant,
    integer,
    key,
    message,
    partial_index,
    text,
    unique,
)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEPT = (
    "message_id, consumer, id, key, subject, version, event, occurred_at, "
    "attempts, due_at, error, dead"
)


def upgrade() -> None:
    op.create_table(
        "deliveries",
        id_column("message_id"),
        text("consumer"),
        id_column("id"),
        *message(),
        integer("attempts"),
        instant("due_at"),
        text("error"),
        boolean("dead"),
        boolean("queued"),
        key("deliveries", "message_id", "consumer"),
        unique("deliveries", "id"),
        check("deliveries", "attempts", "attempts >= 0"),
    )
    op.execute(
        sa.text(
            f"INSERT INTO deliveries ({_KEPT}, queued) "  # noqa: S608  # names of columns alone
            f"SELECT {_KEPT}, :queued FROM failed_deliveries"
        ).bindparams(sa.bindparam("queued", False, sa.Boolean()))
    )
    op.drop_table("failed_deliveries")
    partial_index(
        "ix_deliveries_due",
        "deliveries",
        "queued",
        "due_at",
        where="dead = 0",
        postgresql="NOT dead",
    )
