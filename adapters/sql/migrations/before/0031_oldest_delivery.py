"""The oldest delivery is found by an index."""

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    partial_index(
        "ix_deliveries_oldest",
        "deliveries",
        "occurred_at",
        where="dead = 0",
        postgresql="NOT dead",
    )
