"""Keep webhook endpoints of users, and what goes out to them."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    document,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    refers,
    text,
    unique,
)

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_ENDPOINTS, _SUBSCRIPTIONS, _OUTGOING = (
    "webhook_endpoints",
    "webhook_subscriptions",
    "outgoing_webhooks",
)


def upgrade() -> None:
    op.create_table(
        _ENDPOINTS,
        id_column("id"),
        id_column("owner_id"),
        text("url"),
        document("kinds"),
        instant("created_at"),
        boolean("everything"),
        integer("secret_version"),
        instant("rotated_at", nullable=True),
        text("disabled", 32, nullable=True),
        integer("failures"),
        instant("failing_since", nullable=True),
        instant("due_at", nullable=True),
        instant("rests_until", nullable=True),
        instant("claimed_until", nullable=True),
        key(_ENDPOINTS, "id"),
    )
    index(_ENDPOINTS, "owner_id", "id")
    partial_index("ix_webhook_endpoints_due", _ENDPOINTS, "due_at", where="due_at IS NOT NULL")
    op.create_table(
        _SUBSCRIPTIONS,
        text("kind", 64),
        id_column("audience"),
        id_column("endpoint_id"),
        key(_SUBSCRIPTIONS, "kind", "audience", "endpoint_id"),
        refers(_SUBSCRIPTIONS, "endpoint_id", _ENDPOINTS),
        sqlite_with_rowid=False,
    )
    index(_SUBSCRIPTIONS, "endpoint_id")
    op.create_table(
        _OUTGOING,
        id_column("id"),
        id_column("endpoint_id"),
        text("kind", 64),
        text("body"),
        instant("created_at"),
        instant("expires_at"),
        id_column("once_for", nullable=True),
        text("state", 32),
        integer("attempts"),
        instant("due_at", nullable=True),
        instant("attempted_at", nullable=True),
        sa.Column("status", sa.Integer()),
        text("error", nullable=True),
        sa.Column("took", sa.Integer()),
        key(_OUTGOING, "id"),
        unique(_OUTGOING, "endpoint_id", "kind", "once_for"),
        refers(_OUTGOING, "endpoint_id", _ENDPOINTS),
    )
    index(_OUTGOING, "endpoint_id", "id")
    index(_OUTGOING, "endpoint_id", "state", "id")
    index(_OUTGOING, "created_at")
    partial_index(
        "ix_outgoing_webhooks_due",
        _OUTGOING,
        *("endpoint_id", "due_at", "id"),
        where="due_at IS NOT NULL",
    )


def downgrade() -> None:
    for table in (_OUTGOING, _SUBSCRIPTIONS, _ENDPOINTS):
        op.drop_table(table)
