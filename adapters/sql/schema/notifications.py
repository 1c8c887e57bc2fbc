"""The tables of notifications and of users' preferences."""

from sqlalchemy import Boolean, Column, Index, String, Table, UniqueConstraint, Uuid, and_, true

from ..engine.sealing import sealed
from .columns import Document, Instant, metadata, partial_index, text_of

notifications = Table(
    "notifications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    # A word without a CHECK, so that a new kind does not require rebuilding the table.
    Column("kind", String(32), nullable=False),
    Column("once_for", Uuid),
    sealed("notice", Document),
    sealed("subject", String()),
    sealed("brief", String()),
    Column("in_app", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    # Rows with a null once_for never conflict.
    UniqueConstraint("user_id", "kind", "once_for"),
)
Index(None, notifications.c.created_at)
# Only inside an AND is the column compiled as in the queries, which the index requires.
_in_app = and_(true(), notifications.c.in_app)
partial_index("ix_notifications_in_app", notifications.c.user_id, notifications.c.id, where=_in_app)
partial_index(
    "ix_notifications_unread",
    notifications.c.user_id,
    notifications.c.id,
    where=_in_app & notifications.c.read_at.is_(None),
)

notification_preferences = Table(
    "notification_preferences",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    sealed("phone", text_of(16), nullable=True),
    sealed("devices", Document),
    Column("channels", Document, nullable=False),
    sealed("unreachable", Document, nullable=True),
    sealed("subscriptions", Document, nullable=True),
    Column("phone_proven_at", Instant),
)
