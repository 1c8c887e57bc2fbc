"""What users were told, and what they want to hear of."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    document,
    id_column,
    index,
    instant,
    key,
    partial_index,
    text,
    word,
)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kinds = (
        "welcome",
        "bid_matched",
        "ask_matched",
        "payment_declined",
        "order_confirmed",
        "sale_confirmed",
        "order_cancelled",
        "sale_cancelled",
        "order_auth_passed",
        "sale_auth_passed",
        "order_auth_failed",
        "sale_auth_failed",
        "order_shipped",
        "order_delivered",
        "sale_delivered",
        "payout_paid",
        "payout_refused",
        "price_dropped",
    )
    op.create_table(
        "notifications",
        id_column("id"),
        id_column("user_id"),
        word("kind", kinds),
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
