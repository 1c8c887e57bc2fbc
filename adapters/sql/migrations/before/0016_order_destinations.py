"""An order keeps where its pair goes."""

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
    text,
    word,
)

revision = "0016"
down_revision = "0015"
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
    # SQLite adds a column behind the constraints, where no other table has one, so the table is
    # made anew. Migrations run without foreign keys: the histories keep what they refer to.
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
    op.execute("INSERT INTO orders SELECT *, NULL FROM kept")
    op.execute("DROP TABLE kept")
