"""Keep which addresses of users no message reaches."""

from alembic import op

from solebook.adapters.sql.migrations.parts import document

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification_preferences", document("unreachable", nullable=True))


def downgrade() -> None:
    op.drop_column("notification_preferences", "unreachable")
