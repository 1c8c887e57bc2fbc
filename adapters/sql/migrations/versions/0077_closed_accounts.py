"""Keep when the account of a user was closed, and when it was erased."""

from alembic import op

from solebook.adapters.sql.migrations.parts import instant, partial_index

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", instant("closed_at", nullable=True))
    op.add_column("users", instant("erased_at", nullable=True))
    partial_index(
        "ix_users_unerased", "users", "id", where="closed_at IS NOT NULL AND erased_at IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_users_unerased", "users")
    op.drop_column("users", "erased_at")
    op.drop_column("users", "closed_at")
