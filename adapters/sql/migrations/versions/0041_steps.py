"""The history of an order is made of steps, which are called as the events that tell of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    check,
    document,
    id_column,
    instant,
    integer,
    key,
    refers,
    text,
)

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TYPES = {
    "opened": "match_created",
    "unit_reserved": "stock_reserved",
    "paid": "confirmed",
    "shipped": "seller_shipped",
    "passed": "auth_passed",
    "failed": "auth_failed",
    "dispatched": "shipped",
    "return_sent": "returned",
    "not_charged": "buyer_not_charged",
    "refunded": "payment_refunded",
    "refunded_unasked": "payment_refunded_unasked",
    "paid_out": "payout_paid",
}
SUBJECTS = {
    "authentication.passed": "auth.passed",
    "authentication.failed": "auth.failed",
    "payment.cleared": "buyer.not_charged",
    "payment.shortfall_borne": "shortfall.borne",
    "user.payout_account_changed": "payout_account.changed",
    "book.lowest_ask_changed": "lowest_ask.changed",
    "quote.withdrawn": "quotes.withdrawn",
    "market.costs_rose": "costs.rose",
    "user.suspension_carried_out": "suspension.carried_out",
    "book.halt_requested": "halt.requested",
    "book.halt_end_requested": "halt_end.requested",
    "order.complaint_decided": "complaint.decided",
    "order.freeze_requested": "freeze.requested",
}


def upgrade() -> None:
    _create("order_steps", "step")
    before, after = _history("order_events", "event"), _history("order_steps", "step")
    # A pair that came back was sent to its buyer again, unless the buyer was given right.
    to_buyer = _earlier(before, "delivered") & ~_earlier(
        before, "complaint_upheld", "refund_granted"
    )
    kind = sa.case(
        (sa.and_(before.c.type == "return_sent", to_buyer), "shipped"),
        else_=_renamed(before.c.type, TYPES),
    )
    _copy(before, after, kind)
    op.drop_table("order_events")
    _rename_subjects(SUBJECTS)


def downgrade() -> None:
    _create("order_events", "event")
    before, after = _history("order_steps", "step"), _history("order_events", "event")
    kind = sa.case(
        (sa.and_(before.c.type == "shipped", _earlier(before, "delivered")), "return_sent"),
        else_=_renamed(before.c.type, {new: old for old, new in TYPES.items()}),
    )
    _copy(before, after, kind)
    op.drop_table("order_steps")
    _rename_subjects({new: old for old, new in SUBJECTS.items()})


def _create(name: str, content: str) -> None:
    op.create_table(
        name,
        id_column("order_id"),
        integer("number"),
        instant("at"),
        text("type", 32),
        document(content),
        key(name, "order_id", "number"),
        check(name, "number", "number > 0"),
        refers(name, "order_id", "orders"),
        sqlite_with_rowid=False,
    )


def _history(name: str, content: str) -> sa.TableClause:
    columns = ("order_id", "number", "at", "type", content)
    return sa.table(name, *(sa.column(column) for column in columns))


def _earlier(history: sa.TableClause, *types: str) -> sa.ColumnElement[bool]:
    """Whether an earlier entry of the same order is of one of these types."""
    other = history.alias("earlier")
    return (
        sa.exists()
        .where(
            other.c.order_id == history.c.order_id,
            other.c.number < history.c.number,
            other.c.type.in_(types),
        )
        .correlate(history)
    )


def _renamed(column: sa.ColumnElement[Any], names: dict[str, str]) -> sa.ColumnElement[Any]:
    return sa.case(names, value=column, else_=column)


def _copy(before: sa.TableClause, after: sa.TableClause, kind: sa.ColumnElement[Any]) -> None:
    columns = [kind if column.name == "type" else column for column in before.c]
    op.execute(sa.insert(after).from_select(list(after.c.keys()), sa.select(*columns)))


def _rename_subjects(names: dict[str, str]) -> None:
    """Rename them in messages that wait, and where a consumer is named by one of its subjects."""
    for table in ("outbox", "deliveries"):
        messages = sa.table(table, sa.column("subject"))
        op.execute(
            messages.update()
            .where(messages.c.subject.in_(names))
            .values(subject=_renamed(messages.c.subject, names))
        )
    for table in ("inbox", "deliveries"):
        handled = sa.table(table, sa.column("consumer"))
        for old, new in names.items():
            op.execute(
                handled.update()
                .where(handled.c.consumer.like(f"%:{old}"))
                .values(consumer=sa.func.replace(handled.c.consumer, f":{old}", f":{new}"))
            )
