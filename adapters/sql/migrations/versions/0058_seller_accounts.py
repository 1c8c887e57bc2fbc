"""Store what is known of sellers' accounts at the payment provider."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    boolean,
    id_column,
    index,
    instant,
    integer,
    key,
    refers,
    text,
)

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seller_accounts",
        id_column("user_id"),
        instant("asked_at"),
        text("account", nullable=True),
        boolean("can_receive"),
        integer("version"),
        key("seller_accounts", "user_id"),
        refers("seller_accounts", "user_id", "users"),
    )
    index("seller_accounts", "account")
    # Until the exchange looks, an account that was set can be paid.
    op.execute(
        "INSERT INTO seller_accounts SELECT id, created_at, payout_account, 1 = 1, 0 FROM users"
        " WHERE payout_account IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("seller_accounts")
