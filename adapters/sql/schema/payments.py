"""The tables of payments, payouts, sellers' records, webhooks and the ledger."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    and_,
)

from ....ports.language.disputes import DisputeStatus
from ....ports.language.movements import MovementKind
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import AccountKind, PayoutState
from ..engine.sealing import sealed
from .columns import (
    Counter,
    Instant,
    is_word,
    metadata,
    not_negative,
    partial_index,
    positive,
    word,
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("buyer_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("status", word(PaymentStatus, "status"), nullable=False),
    Column("created_at", Instant, nullable=False),
    sealed("payment_method", String(), nullable=True),
    Column("charge_id", String),
    Column("reason", String),
    Column("attempted_at", Instant),
    Column("answered_at", Instant),
    Column("refunded", BigInteger, nullable=False),
    Column("refund_asked", BigInteger, nullable=False),
    Column("refund_declines", Integer, nullable=False),
    Column("refund_id", String),
    Column("refund_report", String),
    Column("description", String),
    Column("statement", String),
    Column("action_charge_id", String),
    sealed("action_url", String(), nullable=True),
    # Zero if the order ended before a charge was requested.
    not_negative("amount"),
    not_negative("refund_asked"),
    not_negative("refund_declines"),
    CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded"),
    sqlite_with_rowid=False,
)
# The provider may report refunds without their order.
Index(None, payments.c.charge_id)

# Pending payments without an attempt, oldest first.
partial_index(
    "ix_payments_untried",
    payments.c.created_at,
    where=and_(
        is_word(payments.c.status, PaymentStatus.PENDING), payments.c.attempted_at.is_(None)
    ),
)
# Payments with an attempt that the provider has not answered.
partial_index(
    "ix_payments_unanswered",
    payments.c.buyer_id,
    where=and_(
        is_word(payments.c.status, PaymentStatus.PENDING),
        payments.c.attempted_at.is_not(None),
        payments.c.answered_at.is_(None),
    ),
)
Index(None, payments.c.buyer_id, payments.c.answered_at)

declines = Table(
    "declines",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("buyer_id", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", String, nullable=False),
    Column("forgiven_at", Instant),
    sqlite_with_rowid=False,
)
partial_index(
    "ix_declines_that_count",
    declines.c.buyer_id,
    declines.c.at,
    declines.c.order_id,
    where=declines.c.forgiven_at.is_(None),
)

bid_bars = Table(
    "bid_bars",
    metadata,
    Column("buyer_id", Uuid, primary_key=True),
    Column("declines", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    positive("declines"),
    sqlite_with_rowid=False,
)

payouts = Table(
    "payouts",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("seller_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("debt_settled", BigInteger, nullable=False),
    Column("state", word(PayoutState, "state"), nullable=False),
    Column("created_at", Instant, nullable=False),
    sealed("account", String(), nullable=True),
    Column("paid_at", Instant),
    Column("reason", String),
    Column("refusals", Integer, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("payout_id", String),
    Column("report", String),
    # Zero if the whole payout settled debt.
    not_negative("amount"),
    not_negative("debt_settled"),
    not_negative("refusals"),
    not_negative("asked"),
    CheckConstraint("paid BETWEEN 0 AND amount", name="paid"),
    sqlite_with_rowid=False,
)
Index(None, payouts.c.seller_id, payouts.c.order_id)
# The provider may report payouts without their order.
Index(None, payouts.c.payout_id)

ledger_transfers = Table(
    "ledger_transfers",
    metadata,
    Column("id", String, primary_key=True),
    Column("order_id", Uuid),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, ledger_transfers.c.order_id)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("sequence", Counter, primary_key=True),
    Column("transfer_id", String, ForeignKey("ledger_transfers.id"), nullable=False),
    Column("kind", word(AccountKind, "kind", grows=True), nullable=False),
    Column("owner", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index(None, ledger_entries.c.transfer_id)
# It includes the amount, so that a balance is summed from the index only.
Index(None, ledger_entries.c.kind, ledger_entries.c.owner, ledger_entries.c.amount)

seller_quarters = Table(
    "seller_quarters",
    metadata,
    Column("seller_id", Uuid, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("quarter", Integer, primary_key=True, autoincrement=False),
    Column("sales", Integer, nullable=False),
    Column("volume", BigInteger, nullable=False),
    CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
    positive("sales"),
    not_negative("volume"),
    sqlite_with_rowid=False,
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String, primary_key=True),
    # A word without a CHECK, so that a new kind does not require rebuilding the table.
    Column("kind", String(32), nullable=False),
    Column("order_id", Uuid),
    Column("charge_id", String),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String),
    Column("reference", String),
    sqlite_with_rowid=False,
)
Index(None, webhooks.c.reference)

kept_webhooks = Table(
    "kept_webhooks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("applied_at", Instant),
    sealed("body", LargeBinary(), nullable=True),
)
Index(None, kept_webhooks.c.type, kept_webhooks.c.id)
Index(None, kept_webhooks.c.received_at)
partial_index(
    "ix_kept_webhooks_not_applied", kept_webhooks.c.id, where=kept_webhooks.c.applied_at.is_(None)
)

provider_movements = Table(
    "provider_movements",
    metadata,
    Column("sequence", Counter, primary_key=True),
    Column("place", String, nullable=False, unique=True),
    Column("kind", word(MovementKind, "kind", grows=True), nullable=False),
    Column("name", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("order_id", Uuid),
    Column("charge_id", String),
    Column("type", String, nullable=False),
    Column("at", Instant),
    Column("read_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
Index(None, provider_movements.c.order_id)
Index(None, provider_movements.c.name)
Index(None, provider_movements.c.charge_id)

unreconciled = Table(
    "unreconciled",
    metadata,
    Column("subject", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("told", String, nullable=False),
    Column("times", BigInteger, nullable=False),
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("ledger", BigInteger, nullable=False),
    Column("finished_at", Instant),
    CheckConstraint("number = 1", name="number"),
    not_negative("ledger"),
)
disputes = Table(
    "disputes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("charge_id", String, nullable=False),
    Column("order_id", Uuid),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("status", word(DisputeStatus, "status"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("evidence_due_by", Instant),
    Column("fee", BigInteger, nullable=False),
    Column("withdrawn", BigInteger, nullable=False),
    Column("reinstated", BigInteger, nullable=False),
    # Below zero if money came back after it was lost.
    Column("borne", BigInteger, nullable=False),
    Column("submitted_at", Instant),
    Column("reminded_at", Instant),
    Column("look_at", Instant),
    not_negative("amount"),
    not_negative("withdrawn"),
    not_negative("reinstated"),
    sqlite_with_rowid=False,
)
Index(None, disputes.c.order_id)
partial_index("ix_disputes_look_at", disputes.c.look_at, where=disputes.c.look_at.is_not(None))
