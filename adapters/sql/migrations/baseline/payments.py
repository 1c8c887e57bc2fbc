"""The tables of payments, payouts, sellers' records, webhooks and the ledger."""

from alembic import op

from ..parts import (
    bigint,
    check,
    counter,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    refers,
    text,
    word,
)

TABLES = (
    "payments",
    "declines",
    "bid_bars",
    "payouts",
    "ledger_transfers",
    "ledger_entries",
    "seller_quarters",
    "webhooks",
)


def create() -> None:
    op.create_table(
        "payments",
        id_column("order_id"),
        id_column("buyer_id"),
        bigint("amount"),
        word(
            "status",
            ("pending", "captured", "declined", "abandoned", "unknown", "refund_due", "refunded"),
        ),
        instant("created_at"),
        text("payment_method", nullable=True),
        text("charge_id", nullable=True),
        text("reason", nullable=True),
        instant("attempted_at", nullable=True),
        instant("answered_at", nullable=True),
        bigint("refunded"),
        bigint("refund_asked"),
        integer("refund_declines"),
        text("refund_id", nullable=True),
        text("refund_report", nullable=True),
        key("payments", "order_id"),
        check("payments", "amount", "amount >= 0"),
        check("payments", "refund_asked", "refund_asked >= 0"),
        check("payments", "refund_declines", "refund_declines >= 0"),
        check("payments", "refunded", "refunded BETWEEN 0 AND amount"),
        sqlite_with_rowid=False,
    )
    index("payments", "buyer_id", "answered_at")
    index("payments", "charge_id")
    partial_index(
        "ix_payments_unanswered",
        "payments",
        "buyer_id",
        where="status = 'pending' AND attempted_at IS NOT NULL AND answered_at IS NULL",
    )
    partial_index(
        "ix_payments_untried",
        "payments",
        "created_at",
        where="status = 'pending' AND attempted_at IS NULL",
    )
    op.create_table(
        "declines",
        id_column("order_id"),
        id_column("buyer_id"),
        instant("at"),
        text("reason"),
        instant("forgiven_at", nullable=True),
        key("declines", "order_id"),
        sqlite_with_rowid=False,
    )
    partial_index(
        "ix_declines_that_count",
        "declines",
        "buyer_id",
        "at",
        "order_id",
        where="forgiven_at IS NULL",
    )
    op.create_table(
        "bid_bars",
        id_column("buyer_id"),
        integer("declines"),
        instant("until"),
        key("bid_bars", "buyer_id"),
        check("bid_bars", "declines", "declines > 0"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payouts",
        id_column("order_id"),
        id_column("seller_id"),
        bigint("amount"),
        bigint("debt_settled"),
        word("state", ("due", "paid", "refused", "cancelled")),
        instant("created_at"),
        text("account", nullable=True),
        instant("paid_at", nullable=True),
        text("reason", nullable=True),
        integer("refusals"),
        bigint("paid"),
        bigint("asked"),
        text("payout_id", nullable=True),
        text("report", nullable=True),
        key("payouts", "order_id"),
        check("payouts", "amount", "amount >= 0"),
        check("payouts", "debt_settled", "debt_settled >= 0"),
        check("payouts", "refusals", "refusals >= 0"),
        check("payouts", "asked", "asked >= 0"),
        check("payouts", "paid", "paid BETWEEN 0 AND amount"),
        sqlite_with_rowid=False,
    )
    index("payouts", "payout_id")
    index("payouts", "seller_id", "order_id")
    op.create_table(
        "ledger_transfers",
        text("id"),
        id_column("order_id", nullable=True),
        instant("at"),
        key("ledger_transfers", "id"),
        sqlite_with_rowid=False,
    )
    index("ledger_transfers", "order_id")
    op.create_table(
        "ledger_entries",
        counter("sequence"),
        text("transfer_id"),
        word(
            "kind",
            (
                "world",
                "escrow",
                "payable",
                "fees",
                "processing",
                "shipping",
                "penalties",
                "debt",
                "suspense",
                "losses",
            ),
        ),
        text("owner"),
        bigint("amount"),
        key("ledger_entries", "sequence"),
        refers("ledger_entries", "transfer_id", "ledger_transfers"),
        sqlite_autoincrement=True,
    )
    index("ledger_entries", "kind", "owner", "amount")
    index("ledger_entries", "transfer_id")
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
    op.create_table(
        "webhooks",
        text("id"),
        word(
            "kind",
            (
                "charge.captured",
                "charge.declined",
                "charge.refunded",
                "payout.paid",
                "payout.failed",
                "other",
            ),
        ),
        id_column("order_id", nullable=True),
        text("charge_id", nullable=True),
        bigint("amount"),
        text("reason", nullable=True),
        text("reference", nullable=True),
        key("webhooks", "id"),
        sqlite_with_rowid=False,
    )
    index("webhooks", "reference")
