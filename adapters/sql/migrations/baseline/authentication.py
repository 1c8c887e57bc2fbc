"""The table of authentication tasks."""

from alembic import op

from ..parts import check, document, id_column, index, instant, integer, key, text, unique, word

TABLES = ("authentication_tasks",)


def create() -> None:
    op.create_table(
        "authentication_tasks",
        id_column("id"),
        id_column("order_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        id_column("product_id"),
        text("size", 8),
        word("condition", ("new", "used", "damaged_box")),
        word("status", ("awaiting_item", "received", "in_review", "passed", "failed", "cancelled")),
        instant("created_at"),
        instant("received_at", nullable=True),
        id_column("authenticator_id", nullable=True),
        instant("lease_until", nullable=True),
        document("verdict", nullable=True),
        instant("decided_at", nullable=True),
        integer("version"),
        key("authentication_tasks", "id"),
        check("authentication_tasks", "version", "version > 0"),
        unique("authentication_tasks", "order_id"),
    )
    index("authentication_tasks", "status", "id")
