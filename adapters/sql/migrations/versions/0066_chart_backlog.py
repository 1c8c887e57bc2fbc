"""Number the sales of one instant as they arrive, and mark those that the charts have."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales", sa.Column("arrival", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "sales", sa.Column("charted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(
        "UPDATE sales SET arrival = numbered.arrival FROM ("
        "SELECT order_id, row_number() OVER"
        " (PARTITION BY product_id, sold_at ORDER BY order_id) - 1 AS arrival"
        " FROM sales WHERE product_id IS NOT NULL"
        ") AS numbered WHERE numbered.order_id = sales.order_id AND numbered.arrival > 0"
    )
    # One that was voided before it was recorded is never charted.
    op.execute("UPDATE sales SET charted = true WHERE product_id IS NULL")
    _index_books("arrival")
    op.create_index(
        "ix_sales_of_instant", "sales", ["product_id", "sold_at", "arrival"], unique=True
    )
    partial_index(
        "ix_sales_not_charted",
        "sales",
        "order_id",
        where="charted = 0",
        postgresql="NOT charted",
    )


def downgrade() -> None:
    op.drop_index("ix_sales_not_charted", "sales")
    op.drop_index("ix_sales_of_instant", "sales")
    _index_books("order_id")
    op.drop_column("sales", "charted")
    op.drop_column("sales", "arrival")


def _index_books(last: str) -> None:
    op.drop_index("ix_sales_of_book", "sales")
    partial_index(
        "ix_sales_of_book",
        "sales",
        "product_id",
        "size",
        "condition",
        "sold_at",
        last,
        where="voided = 0",
        postgresql="NOT voided",
    )
