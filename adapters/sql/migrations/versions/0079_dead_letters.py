"""Count dead letters without reading what waits."""

from alembic import op

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_deliveries_dead", "deliveries"


def upgrade() -> None:
    partial_index(_INDEX, _TABLE, "id", where="dead")


def downgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
