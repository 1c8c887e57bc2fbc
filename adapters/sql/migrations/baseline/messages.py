"""The tables of messages that wait: outbox, inbox, deadlines, deliveries and their turns."""

from alembic import op

from ..parts import (
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
    text,
    unique,
    word,
)

TABLES = (
    "outbox",
    "inbox",
    "deadlines",
    "deliveries",
    "turns",
)


def create() -> None:
    op.create_table(
        "outbox",
        counter("sequence"),
        id_column("id"),
        text("key"),
        text("subject", 64),
        integer("version"),
        document("event"),
        instant("occurred_at"),
        integer("urgency"),
        key("outbox", "sequence"),
        unique("outbox", "id"),
        sqlite_autoincrement=True,
    )
    index("outbox", "urgency", "sequence")
    op.create_table(
        "inbox",
        id_column("message_id"),
        text("consumer"),
        instant("at"),
        key("inbox", "message_id", "consumer"),
        sqlite_with_rowid=False,
    )
    index("inbox", "at")
    op.create_table(
        "deadlines",
        id_column("order_id"),
        word(
            "kind",
            (
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
            ),
        ),
        instant("due_at"),
        key("deadlines", "order_id", "kind"),
        sqlite_with_rowid=False,
    )
    index("deadlines", "due_at")
    op.create_table(
        "deliveries",
        id_column("message_id"),
        text("consumer"),
        id_column("id"),
        text("key"),
        text("subject", 64),
        integer("version"),
        document("event"),
        instant("occurred_at"),
        integer("attempts"),
        instant("due_at"),
        text("error"),
        boolean("dead"),
        text("queue", 32, nullable=True),
        integer("urgency"),
        text("turn"),
        key("deliveries", "message_id", "consumer"),
        check("deliveries", "attempts", "attempts >= 0"),
        unique("deliveries", "id"),
    )
    partial_index(
        "ix_deliveries_due",
        "deliveries",
        "due_at",
        "id",
        where="dead = 0 AND queue IS NULL",
        postgresql="NOT dead AND queue IS NULL",
    )
    partial_index("ix_deliveries_failed", "deliveries", "key", where="attempts > 0")
    partial_index(
        "ix_deliveries_of_turn",
        "deliveries",
        "queue",
        "urgency",
        "turn",
        "due_at",
        "id",
        where="dead = 0 AND queue IS NOT NULL",
        postgresql="NOT dead AND queue IS NOT NULL",
    )
    partial_index(
        "ix_deliveries_oldest", "deliveries", "occurred_at", where="dead = 0", postgresql="NOT dead"
    )
    op.create_table(
        "turns",
        counter("place"),
        text("queue", 32),
        integer("urgency"),
        text("turn"),
        instant("due_at"),
        key("turns", "place"),
        unique("turns", "queue", "urgency", "turn"),
        sqlite_autoincrement=True,
    )
    index("turns", "queue", "urgency", "due_at", "place")
