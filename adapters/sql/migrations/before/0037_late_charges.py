"""The provider is asked again about orders that ended before it was known if they were charged."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

A_DAY = timedelta(days=1)


def upgrade() -> None:
    deadlines = sa.table(
        "deadlines",
        sa.column("order_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("due_at", sa.DateTime()),
    )
    orders = sa.table(
        "orders",
        sa.column("id", sa.Uuid()),
        sa.column("payment_status", sa.String()),
        sa.column("updated_at", sa.DateTime()),
    )
    is_unknown = orders.c.payment_status == "unknown"
    found = op.get_bind().execute(sa.select(orders.c.id, orders.c.updated_at).where(is_unknown))
    rows: list[dict[str, Any]] = [
        {"order_id": order_id, "kind": "refund", "due_at": updated_at + A_DAY}
        for order_id, updated_at in found
    ]
    if rows:
        op.bulk_insert(deadlines, rows)
