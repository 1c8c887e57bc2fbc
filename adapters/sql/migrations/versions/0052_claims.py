"""Let processes claim deliveries."""

from alembic import op

from solebook.adapters.sql.migrations.parts import instant, partial_index, text

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", text("claimed_by", 64, nullable=True))
    op.add_column("deliveries", instant("claimed_until", nullable=True))
    partial_index(
        "ix_deliveries_claimed", "deliveries", "queue", "turn", where="claimed_until IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_claimed", "deliveries")
    op.drop_column("deliveries", "claimed_until")
    op.drop_column("deliveries", "claimed_by")
