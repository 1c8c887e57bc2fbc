"""Store tokens of programs."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    document,
    id_column,
    instant,
    key,
    refers,
    text,
    unique,
)

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        id_column("id"),
        text("name", 60),
        id_column("owner_id", nullable=True),
        document("scopes"),
        text("token_hash", 64),
        instant("created_at"),
        instant("expires_at", nullable=True),
        instant("revoked_at", nullable=True),
        key("api_tokens", "id"),
        unique("api_tokens", "token_hash"),
        refers("api_tokens", "owner_id", "users"),
    )


def downgrade() -> None:
    op.drop_table("api_tokens")
