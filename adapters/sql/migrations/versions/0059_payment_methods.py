"""Store the cards that users have on file. The one that is charged now becomes their first."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    id_column,
    index,
    instant,
    key,
    refers,
    text,
    unique,
)

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_methods",
        id_column("id"),
        id_column("user_id"),
        text("token"),
        text("brand", nullable=True),
        text("last4", 4, nullable=True),
        bigint("exp_month", nullable=True),
        bigint("exp_year", nullable=True),
        text("fingerprint", nullable=True),
        instant("created_at"),
        instant("removed_at", nullable=True),
        key("payment_methods", "id"),
        unique("payment_methods", "user_id", "token"),
        refers("payment_methods", "user_id", "users"),
    )
    index("payment_methods", "user_id", "fingerprint")
    # A user had at most one card, so the user's id serves as its id.
    op.execute(
        "INSERT INTO payment_methods (id, user_id, token, created_at)"
        " SELECT id, id, payment_method, created_at FROM users WHERE payment_method IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("payment_methods")
