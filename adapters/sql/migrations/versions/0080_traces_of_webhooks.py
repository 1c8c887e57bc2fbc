"""Keep where in a trace outgoing webhooks were caused."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing_webhooks", sa.Column("trace", sa.String(55)))


def downgrade() -> None:
    op.drop_column("outgoing_webhooks", "trace")
