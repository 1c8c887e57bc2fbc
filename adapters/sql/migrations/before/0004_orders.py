"""Orders and their histories."""

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
    refers,
    text,
    word,
)

revision = "0004"
down_revision = "0003"
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
PAYMENT_STATUS = ("pending", "captured", "declined", "abandoned", "refund_due", "refunded")
STOCK_STATUS = ("unreserved", "reserved", "consumed", "released", "removed")
CANCEL_REASON = (
    "payment_declined",
    "payment_overdue",
    "stock_refused",
    "seller_cancelled",
    "shipment_overdue",
    "arrival_overdue",
    "admin_cancelled",
)


def upgrade() -> None:
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
    op.create_table(
        "order_events",
        id_column("order_id"),
        integer("number"),
        instant("at"),
        text("type", 32),
        document("event"),
        key("order_events", "order_id", "number"),
        refers("order_events", "order_id", "orders"),
        check("order_events", "number", "number > 0"),
        sqlite_with_rowid=False,
    )
