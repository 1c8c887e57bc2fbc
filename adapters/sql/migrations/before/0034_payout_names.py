"""Payouts are found by the provider's name."""

from solebook.adapters.sql.migrations.parts import index

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("payouts", "payout_id")
