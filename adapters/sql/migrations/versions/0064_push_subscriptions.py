"""Keep the browsers that users subscribed to push messages."""

from alembic import op

from solebook.adapters.sql.migrations.parts import document

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification_preferences", document("subscriptions", nullable=True))


def downgrade() -> None:
    op.drop_column("notification_preferences", "subscriptions")
