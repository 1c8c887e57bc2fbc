"""The tables of notifications, and of what users want to hear of."""

from alembic import op

from ..parts import boolean, document, id_column, index, instant, key, partial_index, text, unique

TABLES = (
    "notifications",
    "notification_preferences",
)


def create() -> None:
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
        unique("notifications", "user_id", "kind", "once_for"),
    )
    index("notifications", "created_at")
    partial_index(
        "ix_notifications_inbox",
        "notifications",
        "user_id",
        "id",
        where="in_inbox = 1",
        postgresql="in_inbox",
    )
    partial_index(
        "ix_notifications_unread",
        "notifications",
        "user_id",
        "id",
        where="in_inbox = 1 AND read_at IS NULL",
        postgresql="in_inbox AND read_at IS NULL",
    )
    op.create_table(
        "notification_preferences",
        id_column("user_id"),
        text("phone", 16, nullable=True),
        document("devices"),
        document("channels"),
        key("notification_preferences", "user_id"),
    )
