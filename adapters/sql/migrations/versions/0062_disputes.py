"""Keep disputes of charges."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    id_column,
    index,
    instant,
    key,
    partial_index,
    text,
    unique,
    word,
)

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_STATUSES = (
    *("inquiry_needs_response", "inquiry_under_review", "inquiry_closed"),
    *("needs_response", "under_review", "won", "lost"),
)


def upgrade() -> None:
    op.create_table(
        "disputes",
        id_column("id"),
        text("name"),
        text("charge_id"),
        id_column("order_id", nullable=True),
        bigint("amount"),
        text("reason"),
        word("status", _STATUSES),
        instant("opened_at"),
        instant("evidence_due_by", nullable=True),
        bigint("fee"),
        bigint("withdrawn"),
        bigint("reinstated"),
        bigint("borne"),
        instant("submitted_at", nullable=True),
        instant("reminded_at", nullable=True),
        instant("look_at", nullable=True),
        key("disputes", "id"),
        unique("disputes", "name"),
        check("disputes", "amount", "amount >= 0"),
        check("disputes", "withdrawn", "withdrawn >= 0"),
        check("disputes", "reinstated", "reinstated >= 0"),
        sqlite_with_rowid=False,
    )
    index("disputes", "order_id")
    partial_index("ix_disputes_look_at", "disputes", "look_at", where="look_at IS NOT NULL")


def downgrade() -> None:
    op.drop_table("disputes")
