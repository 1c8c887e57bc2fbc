"""The tables of orders and their histories."""

from alembic import op

from ..parts import (
    bigint,
    boolean,
    check,
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

TABLES = (
    "orders",
    "order_events",
)


def create() -> None:
    op.create_table(
        "orders",
        id_column("id"),
        id_column("bid_id"),
        id_column("ask_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        bigint("price"),
        integer("seller_level"),
        bigint("transaction_fee"),
        bigint("processing_fee"),
        bigint("shipping_fee"),
        instant("matched_at"),
        instant("updated_at"),
        integer("version"),
        word(
            "status",
            (
                "pending",
                "confirmed",
                "seller_shipping",
                "authenticating",
                "auth_passed",
                "shipping_to_buyer",
                "delivered",
                "cancelled",
                "auth_failed",
            ),
        ),
        word(
            "payment_status",
            ("pending", "captured", "declined", "abandoned", "unknown", "refund_due", "refunded"),
        ),
        word("stock_status", ("unreserved", "reserved", "consumed", "released", "removed")),
        word("payout_status", ("none", "held", "paid", "failed", "cancelled", "reclaimed")),
        word("return_status", ("none", "due", "sent", "kept")),
        instant("ship_by", nullable=True),
        boolean("ship_by_extended"),
        text("inbound_carrier", nullable=True),
        text("inbound_tracking_number", nullable=True),
        text("outbound_carrier", nullable=True),
        text("outbound_tracking_number", nullable=True),
        instant("delivered_at", nullable=True),
        word(
            "cancel_reason",
            (
                "payment_declined",
                "payment_overdue",
                "given_up",
                "stock_refused",
                "seller_cancelled",
                "shipment_overdue",
                "arrival_overdue",
                "admin_cancelled",
                "not_received",
            ),
            nullable=True,
        ),
        text("note", nullable=True),
        document("ship_to", nullable=True),
        boolean("carrier_had_it"),
        word("delivery_proof", ("buyer", "admin", "carrier", "assumed"), nullable=True),
        document("complaint", nullable=True),
        document("freezes"),
        word("borne_by", ("buyer", "seller", "exchange"), nullable=True),
        bigint("refunded_unasked"),
        instant("held_since", nullable=True),
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
    index("orders", "buyer_id", "id")
    index("orders", "seller_id", "id")
    index("orders", "status", "id")
    partial_index("ix_orders_frozen", "orders", "id", where="freezes <> '[]'")
    partial_index("ix_orders_held_since", "orders", "held_since", where="held_since IS NOT NULL")
    partial_index("ix_orders_pending_of_buyer", "orders", "buyer_id", where="status = 'pending'")
    op.create_table(
        "order_events",
        id_column("order_id"),
        integer("number"),
        instant("at"),
        text("type", 32),
        document("event"),
        key("order_events", "order_id", "number"),
        check("order_events", "number", "number > 0"),
        refers("order_events", "order_id", "orders"),
        sqlite_with_rowid=False,
    )
