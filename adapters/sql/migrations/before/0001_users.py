"""Users, their addresses and their sessions."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    document,
    id_column,
    index,
    instant,
    key,
    refers,
    text,
    unique,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        id_column("id"),
        text("email", 320),
        text("password_hash"),
        text("first_name"),
        text("last_name"),
        instant("created_at"),
        document("roles"),
        text("payment_method", nullable=True),
        text("payout_account", nullable=True),
        boolean("suspended"),
        key("users", "id"),
        unique("users", "email"),
    )
    op.create_table(
        "addresses",
        id_column("id"),
        id_column("user_id"),
        text("street"),
        text("city"),
        text("region"),
        text("postal_code"),
        text("country", 2),
        instant("created_at"),
        key("addresses", "id"),
        refers("addresses", "user_id", "users"),
    )
    index("addresses", "user_id", "id")
    op.create_table(
        "sessions",
        id_column("id"),
        id_column("user_id"),
        instant("created_at"),
        instant("revoked_at", nullable=True),
        key("sessions", "id"),
        refers("sessions", "user_id", "users"),
        sqlite_with_rowid=False,
    )
    index("sessions", "user_id", "id")
    op.create_table(
        "refresh_tokens",
        text("token_hash", 64),
        id_column("session_id"),
        instant("expires_at"),
        instant("spent_at", nullable=True),
        key("refresh_tokens", "token_hash"),
        refers("refresh_tokens", "session_id", "sessions"),
        sqlite_with_rowid=False,
    )
    index("refresh_tokens", "session_id")
