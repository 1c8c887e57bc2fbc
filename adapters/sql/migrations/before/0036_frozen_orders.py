"""Orders whose payouts are frozen are found by an index."""

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    partial_index(
        "ix_orders_frozen",
        "orders",
        "id",
        where="freezes <> '[]'",
        postgresql="freezes <> '[]'::jsonb",
    )
