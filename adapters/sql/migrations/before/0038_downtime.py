"""The exchange notes that it is up, and each order since when its payout is held.

There is no note yet: how long the exchange was down before its first start with this is not known.
"""

from alembic import op

from solebook.adapters.sql.migrations.parts import check, instant, integer, key, partial_index

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_of_life",
        integer("number"),
        instant("noted_at"),
        key("sign_of_life", "number"),
        check("sign_of_life", "number", "number = 1"),
    )
    op.add_column("orders", instant("held_since", nullable=True))
    op.execute("UPDATE orders SET held_since = delivered_at")
    partial_index("ix_orders_held_since", "orders", "held_since", where="held_since IS NOT NULL")
