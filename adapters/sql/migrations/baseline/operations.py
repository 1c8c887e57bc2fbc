"""The tables of alarms, and of until when the exchange was up."""

from alembic import op

from ..parts import check, id_column, instant, integer, key, partial_index, text

TABLES = (
    "alarms",
    "sign_of_life",
)


def create() -> None:
    op.create_table(
        "alarms",
        id_column("id"),
        text("kind", 32),
        id_column("order_id", nullable=True),
        text("note"),
        instant("raised_at"),
        instant("last_at"),
        integer("count"),
        instant("closed_at", nullable=True),
        id_column("closed_by", nullable=True),
        text("resolution", nullable=True),
        key("alarms", "id"),
        check("alarms", "count", "count > 0"),
    )
    partial_index("ix_alarms_open", "alarms", "id", where="closed_at IS NULL")
    partial_index(
        "ix_alarms_open_of_order",
        "alarms",
        "order_id",
        "kind",
        where="closed_at IS NULL",
        unique=True,
    )
    op.create_table(
        "sign_of_life",
        integer("number"),
        instant("noted_at"),
        key("sign_of_life", "number"),
        check("sign_of_life", "number", "number = 1"),
    )
