"""Quotes keep their time in force, may wait, and are withdrawn."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    boolean,
    check,
    document,
    id_column,
    index,
    instant,
    key,
    partial_index,
    text,
    word,
)

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

QUOTE_STATUS = ("active", "matched", "cancelled", "expired", "waiting")
NOTIFICATION_KINDS = (
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
    "quotes_withdrawn",
)


def upgrade() -> None:
    # A CHECK cannot be changed in SQLite, so the tables are made anew. Migrations run without
    # foreign keys: the matches keep what they refer to.
    for side in ("bids", "asks"):
        _remake_quotes(side)
    _remake_notifications()


def _remake_quotes(side: str) -> None:
    # What was placed before said nowhere that it was immediate-or-cancel.
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {side}")  # noqa: S608  # our own word
    op.drop_table(side)
    op.create_table(
        side,
        id_column("id"),
        id_column("user_id"),
        *book(),
        bigint("book_hash"),
        bigint("amount"),
        bigint("sequence"),
        instant("created_at"),
        instant("expires_at"),
        word("status", QUOTE_STATUS),
        id_column("match_id", nullable=True),
        word("time_in_force", ("gtc", "ioc")),
        key(side, "id"),
        check(side, "amount", "amount > 0"),
        sqlite_with_rowid=False,
    )
    index(side, "user_id", "id")
    active = "status = 'active'"
    by_book = ("product_id", "size", "condition")
    partial_index(f"ix_{side}_active_in_book", side, *by_book, where=active)
    partial_index(f"ix_{side}_active_until", side, "expires_at", where=active)
    op.execute(f"INSERT INTO {side} SELECT *, 'gtc' FROM kept")  # noqa: S608  # our own word
    op.execute("DROP TABLE kept")


def _remake_notifications() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM notifications")
    op.drop_table("notifications")
    op.create_table(
        "notifications",
        id_column("id"),
        id_column("user_id"),
        word("kind", NOTIFICATION_KINDS),
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
    by_user = ("user_id", "id")
    partial_index(
        "ix_notifications_inbox",
        "notifications",
        *by_user,
        where="in_inbox = 1",
        postgresql="in_inbox",
    )
    partial_index(
        "ix_notifications_unread",
        "notifications",
        *by_user,
        where="in_inbox = 1 AND read_at IS NULL",
        postgresql="in_inbox AND read_at IS NULL",
    )
    op.execute("INSERT INTO notifications SELECT * FROM kept")
    op.execute("DROP TABLE kept")
