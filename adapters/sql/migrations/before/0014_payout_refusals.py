"""A payout counts how often it was refused."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    id_column,
    index,
    instant,
    integer,
    key,
    text,
    word,
)

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEPT = "order_id, seller_id, amount, debt_settled, state, created_at, account, paid_at, reason"


def upgrade() -> None:
    # SQLite adds no column that must have a value, so the table is made anew.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM payouts")
    op.drop_table("payouts")
    op.create_table(
        "payouts",
        id_column("order_id"),
        id_column("seller_id"),
        bigint("amount"),
        bigint("debt_settled"),
        word("state", ("due", "paid", "refused")),
        instant("created_at"),
        text("account", nullable=True),
        instant("paid_at", nullable=True),
        text("reason", nullable=True),
        integer("refusals"),
        check("payouts", "amount", "amount >= 0"),
        check("payouts", "debt_settled", "debt_settled >= 0"),
        check("payouts", "refusals", "refusals >= 0"),
        key("payouts", "order_id"),
        sqlite_with_rowid=False,
    )
    index("payouts", "seller_id", "order_id")
    op.execute(
        sa.text(
            f"INSERT INTO payouts ({_KEPT}, refusals) SELECT {_KEPT}, 0 FROM kept"  # noqa: S608  # names of columns alone
        )
    )
    op.execute("DROP TABLE kept")
