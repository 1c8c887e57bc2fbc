"""Payments keep when the provider was asked and when it answered, and orders can be given up."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    book,
    boolean,
    check,
    document,
    id_column,
    index,
    instant,
    integer,
    key,
    partial_index,
    text,
    word,
)

revision = "0023"
down_revision = "0022"
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
CANCEL_REASON = (
    "payment_declined",
    "payment_overdue",
    "given_up",
    "stock_refused",
    "seller_cancelled",
    "shipment_overdue",
    "arrival_overdue",
    "admin_cancelled",
)
DEADLINE_KIND = ("payment", "give_up", "shipment", "arrival", "delivery", "payout")


def upgrade() -> None:
    # A CHECK cannot be changed in SQLite, so the tables are made anew. Migrations run without
    # foreign keys: the histories keep what they refer to. Deadlines of payments stay as they are:
    # when one falls due, the payment is given the one that begins with a match now.
    _remake_payments()
    _remake_orders()
    _remake_deadlines()


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
        check("payments", "amount", "amount >= 0"),
        key("payments", "order_id"),
        sqlite_with_rowid=False,
    )
    # Until now a payment was stored just before the provider was asked for the first time.
    op.execute("INSERT INTO payments SELECT *, created_at, NULL FROM kept")
    op.execute("DROP TABLE kept")


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
        word("payout_status", ("none", "held", "paid", "failed")),
        word("return_status", ("none", "due", "sent")),
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
        key("orders", "id"),
        check("orders", "price", "price > 0"),
        check("orders", "version", "version > 0"),
        check("orders", "transaction_fee", "transaction_fee >= 0"),
        check("orders", "processing_fee", "processing_fee >= 0"),
        check("orders", "shipping_fee", "shipping_fee >= 0"),
        check("orders", "seller_level", "seller_level BETWEEN 1 AND 5"),
        check("orders", "parties", "buyer_id <> seller_id"),
    )
    for column in ("buyer_id", "seller_id", "status"):
        index("orders", column, "id")
    partial_index("ix_orders_pending_of_buyer", "orders", "buyer_id", where="status = 'pending'")
    op.execute("INSERT INTO orders SELECT * FROM kept")
    op.execute("DROP TABLE kept")


def _remake_deadlines() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM deadlines")
    op.drop_table("deadlines")
    op.create_table(
        "deadlines",
        id_column("order_id"),
        word("kind", DEADLINE_KIND),
        instant("due_at"),
        key("deadlines", "order_id", "kind"),
        sqlite_with_rowid=False,
    )
    index("deadlines", "due_at")
    op.execute("INSERT INTO deadlines SELECT * FROM kept")
    op.execute("DROP TABLE kept")
