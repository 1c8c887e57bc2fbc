"""Find old webhooks whose bodies are forgotten already."""

from alembic import op

from solebook.adapters.sql.migrations.parts import index, partial_index

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

_TABLE = "kept_webhooks"


def upgrade() -> None:
    op.drop_index("ix_kept_webhooks_bodies", _TABLE)
    index(_TABLE, "received_at")


def downgrade() -> None:
    op.drop_index(op.f("ix_kept_webhooks_received_at"), _TABLE)
    partial_index("ix_kept_webhooks_bodies", _TABLE, "received_at", where="body IS NOT NULL")
