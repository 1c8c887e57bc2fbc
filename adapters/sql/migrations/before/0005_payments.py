"""Payments, payouts, sellers' records, webhooks and the ledger."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    counter,
    id_column,
    index,
    instant,
    integer,
    key,
    refers,
    text,
    word,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAYMENT_STATUS = ("pending", "captured", "declined", "abandoned", "refund_due", "refunded")


def upgrade() -> None:
    op.create_table(
        "payments",
        id_column("order_id"),
        id_column("buyer_id"),
        bigint("amount"),
        word("status", PAYMENT_STATUS),
        instant("created_at"),
        text("payment_method", nullable=True),
        text("charge_id", nullable=True),
        text("reason", nullable=True),
        key("payments", "order_id"),
        check("payments", "amount", "amount >= 0"),
        sqlite_with_rowid=False,
    )
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
        key("payouts", "order_id"),
        check("payouts", "amount", "amount >= 0"),
        check("payouts", "debt_settled", "debt_settled >= 0"),
        sqlite_with_rowid=False,
    )
    index("payouts", "seller_id", "order_id")
    op.create_table(
        "seller_quarters",
        id_column("seller_id"),
        integer("year"),
        integer("quarter"),
        integer("sales"),
        bigint("volume"),
        key("seller_quarters", "seller_id", "year", "quarter"),
        check("seller_quarters", "quarter", "quarter BETWEEN 1 AND 4"),
        check("seller_quarters", "sales", "sales > 0"),
        check("seller_quarters", "volume", "volume >= 0"),
        sqlite_with_rowid=False,
    )
    kinds = ("charge.captured", "charge.declined", "charge.refunded", "payout.paid", "other")
    op.create_table(
        "webhooks",
        text("id"),
        word("kind", kinds),
        id_column("order_id", nullable=True),
        text("charge_id", nullable=True),
        bigint("amount"),
        text("reason", nullable=True),
        key("webhooks", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_transfers",
        text("id"),
        id_column("order_id"),
        instant("at"),
        key("ledger_transfers", "id"),
        sqlite_with_rowid=False,
    )
    index("ledger_transfers", "order_id")
    accounts = ("world", "escrow", "payable", "fees", "processing", "shipping", "penalties", "debt")
    op.create_table(
        "ledger_entries",
        counter("sequence"),
        text("transfer_id"),
        word("kind", accounts),
        text("owner"),
        bigint("amount"),
        key("ledger_entries", "sequence"),
        refers("ledger_entries", "transfer_id", "ledger_transfers"),
        sqlite_autoincrement=True,
    )
    index("ledger_entries", "transfer_id")
    index("ledger_entries", "kind", "owner", "amount")
