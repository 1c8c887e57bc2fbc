"""Find the pairs that have waited longest in the warehouse."""

from alembic import op

from solebook.adapters.sql.migrations.parts import index

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("authentication_tasks", "status", "received_at", "id")


def downgrade() -> None:
    op.drop_index("ix_authentication_tasks_status_received_at_id", "authentication_tasks")
