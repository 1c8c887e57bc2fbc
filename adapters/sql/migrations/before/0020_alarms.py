"""Alarms; kinds of notification are words without a CHECK; the staff is found by an index."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    check,
    document,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    text,
)

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        id_column("id"),
        text("kind", 32),
        id_column("order_id", nullable=True),
        text("note"),
        instant("raised_at"),
        instant("last_at"),
        integer("count"),
        instant("closed_at", nullable=True),
        id_column("closed_by", nullable=True),
        text("resolution", nullable=True),
        key("alarms", "id"),
        check("alarms", "count", "count > 0"),
    )
    is_open = "closed_at IS NULL"
    partial_index("ix_alarms_open", "alarms", "id", where=is_open)
    partial_index(
        "ix_alarms_open_of_order", "alarms", "order_id", "kind", where=is_open, unique=True
    )
    partial_index(
        "ix_users_admins",
        "users",
        "id",
        where="instr(roles, '\"admin\"') > 0",
        postgresql="roles ? 'admin'",
    )
    _remake_notifications()


def _remake_notifications() -> None:
    # SQLite cannot drop a CHECK, so the table is made anew.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM notifications")
    op.drop_table("notifications")
    op.create_table(
        "notifications",
        id_column("id"),
        id_column("user_id"),
        text("kind", 32),
        id_column("once_for", nullable=True),
        document("notice"),
        text("subject"),
        text("brief"),
        boolean("in_inbox"),
        instant("created_at"),
        instant("read_at", nullable=True),
        key("notifications", "id"),
        sa.UniqueConstraint(
            "user_id", "kind", "once_for", name=op.f("uq_notifications_user_id_kind_once_for")
        ),
    )
    index("notifications", "created_at")
    for name, where, postgresql in (
        ("inbox", "in_inbox = 1", "in_inbox"),
        ("unread", "in_inbox = 1 AND read_at IS NULL", "in_inbox AND read_at IS NULL"),
    ):
        partial_index(
            f"ix_notifications_{name}",
            "notifications",
            "user_id",
            "id",
            where=where,
            postgresql=postgresql,
        )
    op.execute("INSERT INTO notifications SELECT * FROM kept")
    op.execute("DROP TABLE kept")
