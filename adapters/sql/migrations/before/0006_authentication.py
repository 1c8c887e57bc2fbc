"""Authentication tasks."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    book,
    check,
    document,
    id_column,
    index,
    instant,
    integer,
    key,
    unique,
    word,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    status = ("awaiting_item", "received", "in_review", "passed", "failed", "cancelled")
    op.create_table(
        "authentication_tasks",
        id_column("id"),
        id_column("order_id"),
        id_column("buyer_id"),
        id_column("seller_id"),
        *book(),
        word("status", status),
        instant("created_at"),
        instant("received_at", nullable=True),
        id_column("authenticator_id", nullable=True),
        instant("lease_until", nullable=True),
        document("verdict", nullable=True),
        instant("decided_at", nullable=True),
        integer("version"),
        key("authentication_tasks", "id"),
        unique("authentication_tasks", "order_id"),
        check("authentication_tasks", "version", "version > 0"),
    )
    index("authentication_tasks", "status", "id")
