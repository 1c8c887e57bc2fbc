"""The tables of users, their addresses and their sessions."""

from alembic import op

from ..parts import (
    boolean,
    document,
    id_column,
    index,
    instant,
    key,
    partial_index,
    refers,
    text,
    unique,
)

TABLES = (
    "users",
    "addresses",
    "sessions",
    "refresh_tokens",
    "revoked_sessions",
)


def create() -> None:
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
    partial_index(
        "ix_users_admins",
        "users",
        "id",
        where="instr(roles, '\"admin\"') > 0",
        postgresql="roles ? 'admin'",
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
    index("refresh_tokens", "expires_at")
    index("refresh_tokens", "session_id")
    op.create_table(
        "revoked_sessions",
        id_column("session_id"),
        instant("until"),
        key("revoked_sessions", "session_id"),
        sqlite_with_rowid=False,
    )
    index("revoked_sessions", "until")
