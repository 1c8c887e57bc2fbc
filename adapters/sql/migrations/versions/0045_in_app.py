"""Rename the notification channel "inbox", because the consumers' inbox has the same name.

Users' preferences are renamed too.
"""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("inbox", "in_app")


def downgrade() -> None:
    _rename("in_app", "inbox")


def _rename(before: str, after: str) -> None:
    columns = {"inbox": "in_inbox", "in_app": "in_app"}
    op.drop_index("ix_notifications_unread", "notifications")
    op.drop_index(f"ix_notifications_{before}", "notifications")
    op.alter_column("notifications", columns[before], new_column_name=columns[after])
    for name, condition in ((after, ""), ("unread", " AND read_at IS NULL")):
        partial_index(
            f"ix_notifications_{name}",
            "notifications",
            "user_id",
            "id",
            where=f"{columns[after]} = 1{condition}",
            postgresql=f"{columns[after]}{condition}",
        )
    channels = f"replace(CAST(channels AS TEXT), '\"{before}\"', '\"{after}\"')"
    if op.get_bind().dialect.name == "postgresql":
        channels = f"CAST({channels} AS JSONB)"
    op.execute(sa.text(f"UPDATE notification_preferences SET channels = {channels}"))  # noqa: S608
