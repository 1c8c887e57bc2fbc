"""Keep where in a trace messages and deadlines were caused."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_TABLES = ("outbox", "sent_messages", "deliveries", "deadlines")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("trace", sa.String(55)))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "trace")
