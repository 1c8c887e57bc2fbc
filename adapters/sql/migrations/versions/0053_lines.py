"""Index the lines of the queues so that PostgreSQL finds one turn by the other index."""

from alembic import op

from solebook.adapters.sql.migrations.parts import index, partial_index

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_LINE = ("queue", "priority", "due_at", "place")


def upgrade() -> None:
    op.drop_index("ix_turns_queue_priority_due_at_place", "turns")
    partial_index("ix_turns_line", "turns", *_LINE, where="place > 0")


def downgrade() -> None:
    op.drop_index("ix_turns_line", "turns")
    index("turns", *_LINE)
