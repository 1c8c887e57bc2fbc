"""Keep webhooks as they were received, and let their kinds grow without a migration.

The table of webhooks is copied, for SQLite drops no CHECK.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    id_column,
    index,
    instant,
    key,
    partial_index,
    text,
    unique,
    word,
)

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_KINDS = (
    "charge.captured",
    "charge.declined",
    "charge.refunded",
    "payout.paid",
    "payout.failed",
    "other",
)


def upgrade() -> None:
    _rebuild(text("kind", 32), "kind")
    op.create_table(
        "kept_webhooks",
        id_column("id"),
        text("webhook_id"),
        text("type"),
        instant("received_at"),
        instant("applied_at", nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        key("kept_webhooks", "id"),
        unique("kept_webhooks", "webhook_id"),
    )
    index("kept_webhooks", "type", "id")
    partial_index(
        "ix_kept_webhooks_bodies", "kept_webhooks", "received_at", where="body IS NOT NULL"
    )
    partial_index("ix_kept_webhooks_not_applied", "kept_webhooks", "id", where="applied_at IS NULL")


def downgrade() -> None:
    op.drop_table("kept_webhooks")
    known = ", ".join(f"'{kind}'" for kind in _KINDS)
    _rebuild(
        word("kind", _KINDS), f"CASE WHEN kind IN ({known}) THEN kind ELSE 'other' END AS kind"
    )


def _rebuild(kind: sa.Column[Any], copied: str) -> None:
    columns = "id, kind, order_id, charge_id, amount, reason, reference"
    op.execute(sa.text("CREATE TABLE webhooks_before AS SELECT * FROM webhooks"))
    op.drop_table("webhooks")
    op.create_table(
        "webhooks",
        text("id"),
        kind,
        id_column("order_id", nullable=True),
        text("charge_id", nullable=True),
        bigint("amount"),
        text("reason", nullable=True),
        text("reference", nullable=True),
        key("webhooks", "id"),
        sqlite_with_rowid=False,
    )
    index("webhooks", "reference")
    op.execute(
        sa.text(
            f"INSERT INTO webhooks ({columns})"  # noqa: S608  # nothing comes from outside
            f" SELECT id, {copied}, order_id, charge_id, amount, reason, reference"
            " FROM webhooks_before"
        )
    )
    op.drop_table("webhooks_before")
