"""Keep what a charge says, and the link of one that needs its buyer."""

from alembic import op

from solebook.adapters.sql.migrations.parts import text

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_COLUMNS = ("description", "statement", "action_charge_id", "action_url")


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("payments", text(column, nullable=True))


def downgrade() -> None:
    for column in reversed(_COLUMNS):
        op.drop_column("payments", column)
