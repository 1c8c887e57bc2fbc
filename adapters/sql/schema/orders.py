"""The tables of orders and their histories."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    text,
)

from ....ports.language.complaints import Bearer
from ....ports.language.orders import (
    CancelReason,
    DeliveryProof,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)
from ..engine.sealing import sealed
from .columns import (
    Document,
    Instant,
    book_columns,
    is_word,
    metadata,
    not_negative,
    partial_index,
    positive,
    word,
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("bid_id", Uuid, nullable=False),
    Column("ask_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    *book_columns(),
    Column("price", BigInteger, nullable=False),
    Column("seller_level", Integer, nullable=False),
    Column("transaction_fee", BigInteger, nullable=False),
    Column("processing_fee", BigInteger, nullable=False),
    Column("shipping_fee", BigInteger, nullable=False),
    Column("matched_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", word(OrderStatus, "status"), nullable=False),
    Column("payment_status", word(PaymentStatus, "payment_status"), nullable=False),
    Column("stock_status", word(StockStatus, "stock_status"), nullable=False),
    Column("payout_status", word(PayoutStatus, "payout_status"), nullable=False),
    Column("return_status", word(ReturnStatus, "return_status"), nullable=False),
    Column("ship_by", Instant),
    Column("ship_by_extended", Boolean, nullable=False),
    Column("inbound_carrier", String),
    sealed("inbound_tracking_number", String(), nullable=True),
    Column("outbound_carrier", String),
    sealed("outbound_tracking_number", String(), nullable=True),
    Column("delivered_at", Instant),
    Column("cancel_reason", word(CancelReason, "cancel_reason")),
    sealed("note", String(), nullable=True),
    Column("carrier_had_it", Boolean, nullable=False),
    Column("delivery_proof", word(DeliveryProof, "delivery_proof")),
    sealed("complaint", Document, nullable=True),
    Column("freezes", Document, nullable=False),
    Column("borne_by", word(Bearer, "borne_by")),
    Column("refunded_unasked", BigInteger, nullable=False),
    Column("held_since", Instant),
    positive("price"),
    positive("version"),
    not_negative("transaction_fee"),
    not_negative("processing_fee"),
    not_negative("shipping_fee"),
    not_negative("refunded_unasked"),
    CheckConstraint("seller_level BETWEEN 1 AND 5", name="seller_level"),
    CheckConstraint("buyer_id <> seller_id", name="parties"),
)
Index(None, orders.c.buyer_id, orders.c.id)
Index(None, orders.c.seller_id, orders.c.id)
Index(None, orders.c.status, orders.c.id)
partial_index(
    "ix_orders_pending_of_buyer",
    orders.c.buyer_id,
    where=is_word(orders.c.status, OrderStatus.PENDING),
)
partial_index(
    "ix_orders_held_since",
    orders.c.held_since,
    where=orders.c.held_since.is_not(None),
)
# Orders with frozen payouts.
partial_index("ix_orders_frozen", orders.c.id, where=text("freezes <> '[]'"))

# Separate from the order and its history, so that it can be erased.
destinations = Table(
    "destinations",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.id"), primary_key=True),
    sealed("address", Document),
    sqlite_with_rowid=False,
)

order_steps = Table(
    "order_steps",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("type", String(32), nullable=False),
    sealed("step", Document),
    positive("number"),
    sqlite_with_rowid=False,
)
