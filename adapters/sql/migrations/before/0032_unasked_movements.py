"""The ledger books what the payment provider does, asked or not."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    boolean,
    check,
    counter,
    document,
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

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATUS = (
    "pending",
    "confirmed",
    "seller_shipping",
    "authenticating",
    "auth_passed",
    "shipping_to_buyer",
    "delivered",
    "cancelled",
    "auth_failed",
)
PAYMENT_STATUS = (
    "pending",
    "captured",
    "declined",
    "abandoned",
    "unknown",
    "refund_due",
    "refunded",
)
STOCK_STATUS = ("unreserved", "reserved", "consumed", "released", "removed")
PAYOUT_STATUS = ("none", "held", "paid", "failed", "cancelled", "reclaimed")
RETURN_STATUS = ("none", "due", "sent", "kept")
CANCEL_REASON = (
    "payment_declined",
    "payment_overdue",
    "given_up",
    "stock_refused",
    "seller_cancelled",
    "shipment_overdue",
    "arrival_overdue",
    "admin_cancelled",
    "not_received",
)
ACCOUNTS = (
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
)


def upgrade() -> None:
    # A CHECK cannot be added or changed in SQLite, so the tables are made anew. Migrations run
    # without foreign keys: the histories keep what they refer to.
    _remake_orders()
    _remake_payments()
    _remake_payouts()
    _remake_ledger_entries()


def _remake_orders() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM orders")
    op.drop_table("orders")
    op.create_table(
        "orders",
        id_column("id"),
        id_column("bid_id"),
        id_column("ask_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        *book(),
        bigint("price"),
        integer("seller_level"),
        bigint("transaction_fee"),
        bigint("processing_fee"),
        bigint("shipping_fee"),
        instant("matched_at"),
        instant("updated_at"),
        integer("version"),
        word("status", STATUS),
        word("payment_status", PAYMENT_STATUS),
        word("stock_status", STOCK_STATUS),
        word("payout_status", PAYOUT_STATUS),
        word("return_status", RETURN_STATUS),
        instant("ship_by", nullable=True),
        boolean("ship_by_extended"),
        text("inbound_carrier", nullable=True),
        text("inbound_tracking_number", nullable=True),
        text("outbound_carrier", nullable=True),
        text("outbound_tracking_number", nullable=True),
        instant("delivered_at", nullable=True),
        word("cancel_reason", CANCEL_REASON, nullable=True),
        text("note", nullable=True),
        document("ship_to", nullable=True),
        boolean("carrier_had_it"),
        word("delivery_proof", ("buyer", "admin", "carrier", "assumed"), nullable=True),
        document("complaint", nullable=True),
        document("freezes"),
        word("borne_by", ("buyer", "seller", "exchange"), nullable=True),
        bigint("refunded_unasked"),
        key("orders", "id"),
        check("orders", "price", "price > 0"),
        check("orders", "version", "version > 0"),
        check("orders", "transaction_fee", "transaction_fee >= 0"),
        check("orders", "processing_fee", "processing_fee >= 0"),
        check("orders", "shipping_fee", "shipping_fee >= 0"),
        check("orders", "refunded_unasked", "refunded_unasked >= 0"),
        check("orders", "seller_level", "seller_level BETWEEN 1 AND 5"),
        check("orders", "parties", "buyer_id <> seller_id"),
    )
    for column in ("buyer_id", "seller_id", "status"):
        index("orders", column, "id")
    partial_index("ix_orders_pending_of_buyer", "orders", "buyer_id", where="status = 'pending'")
    op.execute("INSERT INTO orders SELECT *, 0 FROM kept")
    op.execute("DROP TABLE kept")


def _remake_payments() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM payments")
    op.drop_table("payments")
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
        instant("attempted_at", nullable=True),
        instant("answered_at", nullable=True),
        bigint("refunded"),
        bigint("refund_asked"),
        integer("refund_declines"),
        text("refund_id", nullable=True),
        text("refund_report", nullable=True),
        check("payments", "amount", "amount >= 0"),
        check("payments", "refund_asked", "refund_asked >= 0"),
        check("payments", "refund_declines", "refund_declines >= 0"),
        check("payments", "refunded", "refunded BETWEEN 0 AND amount"),
        key("payments", "order_id"),
        sqlite_with_rowid=False,
    )
    index("payments", "charge_id")
    # Whatever was refunded until now was what the provider had been asked for. The ledger knows how
    # much that was.
    op.execute(
        """
        INSERT INTO payments SELECT kept.*, back, back, 0, NULL, NULL
        FROM (
            SELECT kept.order_id AS id, COALESCE((
                SELECT amount FROM ledger_entries
                WHERE transfer_id = ledger_transfers.id AND kind = 'world'), 0) AS back
            FROM kept LEFT JOIN ledger_transfers
                ON ledger_transfers.order_id = kept.order_id
                AND ledger_transfers.id LIKE '%\\:refund'
        ) JOIN kept ON kept.order_id = id
        """
    )
    op.execute("DROP TABLE kept")


def _remake_payouts() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM payouts")
    op.drop_table("payouts")
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
        check("payouts", "amount", "amount >= 0"),
        check("payouts", "debt_settled", "debt_settled >= 0"),
        check("payouts", "refusals", "refusals >= 0"),
        check("payouts", "asked", "asked >= 0"),
        check("payouts", "paid", "paid BETWEEN 0 AND amount"),
        key("payouts", "order_id"),
        sqlite_with_rowid=False,
    )
    index("payouts", "seller_id", "order_id")
    op.execute(
        """
        INSERT INTO payouts
        SELECT *, CASE WHEN state = 'paid' THEN amount ELSE 0 END, 0, NULL, NULL FROM kept
        """
    )
    op.execute("DROP TABLE kept")


def _remake_ledger_entries() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM ledger_entries")
    op.drop_table("ledger_entries")
    op.create_table(
        "ledger_entries",
        counter("sequence"),
        text("transfer_id"),
        word("kind", ACCOUNTS),
        text("owner"),
        bigint("amount"),
        key("ledger_entries", "sequence"),
        refers("ledger_entries", "transfer_id", "ledger_transfers"),
        sqlite_autoincrement=True,
    )
    index("ledger_entries", "transfer_id")
    index("ledger_entries", "kind", "owner", "amount")
    op.execute("INSERT INTO ledger_entries SELECT * FROM kept")
    op.execute("DROP TABLE kept")
