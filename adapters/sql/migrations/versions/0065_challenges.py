"""Keep what is proven of emails and phones, and the challenges that prove it."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    id_column,
    instant,
    integer,
    key,
    refers,
    text,
    unique,
)

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", instant("email_proven_at", nullable=True))
    op.add_column("notification_preferences", instant("phone_proven_at", nullable=True))
    # Addresses from before count as proven.
    op.execute("UPDATE users SET email_proven_at = created_at")
    op.execute(
        "UPDATE notification_preferences SET phone_proven_at = ("
        "SELECT created_at FROM users WHERE id = user_id) WHERE phone IS NOT NULL"
    )
    op.create_table(
        "challenges",
        id_column("user_id"),
        text("kind", 32),
        text("address"),
        instant("asked_at"),
        instant("since"),
        integer("asked"),
        text("secret_hash", 64, nullable=True),
        instant("expires_at", nullable=True),
        integer("failures"),
        boolean("met"),
        key("challenges", "user_id", "kind"),
        refers("challenges", "user_id", "users"),
        unique("challenges", "secret_hash"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("challenges")
    op.drop_column("notification_preferences", "phone_proven_at")
    op.drop_column("users", "email_proven_at")
