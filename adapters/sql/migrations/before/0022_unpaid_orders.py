"""Unpaid orders are counted by buyer."""

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    partial_index("ix_orders_pending_of_buyer", "orders", "buyer_id", where="status = 'pending'")
