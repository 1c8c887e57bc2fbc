"""Orders keep complaints, frozen payouts and who bears a refund; the exchange can bear losses."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
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

revision = "0029"
down_revision = "0028"
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
DEADLINE_KIND = (
    "payment",
    "give_up",
    "shipment",
    "arrival",
    "delivery",
    "payout",
    "claim",
    "review",
    "dispatch",
    "return",
    "transit",
    "complaint",
    "complaint_return",
    "freeze",
    "payout_answer",
    "refund",
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
    "losses",
)

WAITING = {
    "claim": ("status = 'authenticating' AND NOT ({in_review})", timedelta(days=2)),
    "review": ("status = 'authenticating' AND ({in_review})", timedelta(days=1)),
    "dispatch": ("status = 'auth_passed'", timedelta(days=2)),
    "return": ("return_status = 'due'", timedelta(days=3)),
    "transit": ("status = 'shipping_to_buyer'", timedelta(days=10)),
    "refund": ("payment_status = 'refund_due'", timedelta(days=1)),
    "payout_answer": ("payout_status IN ('held', 'failed') AND NOT ({held})", timedelta(days=1)),
}
"""What an order may wait for by deadline, and how long it has for it since its last step."""
HELD = "EXISTS (SELECT 1 FROM deadlines d WHERE d.order_id = orders.id AND d.kind = 'payout')"
IN_REVIEW = (
    "EXISTS (SELECT 1 FROM authentication_tasks t "
    "WHERE t.order_id = orders.id AND t.status = 'in_review')"
)


def upgrade() -> None:
    # A CHECK cannot be changed in SQLite, so the tables are made anew. Migrations run without
    # foreign keys: the histories keep what they refer to.
    _remake_orders()
    _remake_deadlines()
    _remake_payouts()
    _remake_ledger()
    _set_deadlines()


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
    # Until now every refund was in full, and its seller got nothing. Whether the buyer had paid is
    # told by the time to ship, which begins with the payment.
    op.execute(
        """
        INSERT INTO orders SELECT *, 0, NULL, NULL, '[]', CASE
            WHEN status = 'auth_failed' OR status = 'cancelled' AND ship_by IS NOT NULL
            THEN 'seller' END
        FROM kept
        """
    )
    op.execute("DROP TABLE kept")
    op.execute(
        """
        UPDATE orders SET delivery_proof = (
            SELECT json_extract(event, '$.proof') FROM order_events e
            WHERE e.order_id = orders.id AND e.type = 'delivered')
        WHERE delivered_at IS NOT NULL
        """
    )


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
        check("payouts", "amount", "amount >= 0"),
        check("payouts", "debt_settled", "debt_settled >= 0"),
        check("payouts", "refusals", "refusals >= 0"),
        key("payouts", "order_id"),
        sqlite_with_rowid=False,
    )
    index("payouts", "seller_id", "order_id")
    op.execute("INSERT INTO payouts SELECT * FROM kept")
    op.execute("DROP TABLE kept")


def _remake_ledger() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM ledger_transfers")
    op.execute("CREATE TEMPORARY TABLE kept_entries AS SELECT * FROM ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_transfers")
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
        word("kind", ACCOUNTS),
        text("owner"),
        bigint("amount"),
        key("ledger_entries", "sequence"),
        refers("ledger_entries", "transfer_id", "ledger_transfers"),
        sqlite_autoincrement=True,
    )
    index("ledger_entries", "transfer_id")
    index("ledger_entries", "kind", "owner", "amount")
    op.execute("INSERT INTO ledger_transfers SELECT * FROM kept")
    op.execute("INSERT INTO ledger_entries SELECT * FROM kept_entries")
    op.execute("DROP TABLE kept")
    op.execute("DROP TABLE kept_entries")


def _set_deadlines() -> None:
    """Give orders that wait already the deadlines that the way there gives to others."""
    deadlines = sa.table(
        "deadlines",
        sa.column("order_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("due_at", sa.DateTime()),
    )
    orders = sa.table("orders", sa.column("id", sa.Uuid()), sa.column("updated_at", sa.DateTime()))
    for kind, (condition, time) in WAITING.items():
        where = sa.text(condition.format(in_review=IN_REVIEW, held=HELD))
        found = op.get_bind().execute(sa.select(orders.c.id, orders.c.updated_at).where(where))
        rows: list[dict[str, Any]] = [
            {"order_id": order_id, "kind": kind, "due_at": updated_at + time}
            for order_id, updated_at in found
        ]
        if rows:
            op.bulk_insert(deadlines, rows)
