"""Keep the API keys of users, when tokens were used, and which one did what the audit log has."""

from alembic import op

from solebook.adapters.sql.migrations.parts import id_column, index, instant

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", instant("last_used_at", nullable=True))
    index("api_tokens", "owner_id", "id")
    op.add_column("audit_entries", id_column("token_id", nullable=True))


def downgrade() -> None:
    op.drop_column("audit_entries", "token_id")
    op.drop_index(op.f("ix_api_tokens_owner_id_id"), "api_tokens")
    op.drop_column("api_tokens", "last_used_at")
