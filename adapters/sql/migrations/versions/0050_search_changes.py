"""Number the writes of the search index, so that its products in memory can follow them.

Two indexes are dropped: products are sorted in memory, and found by their style codes there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_SLOTS = ("search_documents_a", "search_documents_b")
_NO_LONGER_USED = (("sales", "product_id"), ("style_key",))


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, column in (
        ("search_index", "swaps"),
        ("search_index", "changes"),
        ("search_removed", "changed"),
        *((slot, "changed") for slot in _SLOTS),
    ):
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    for slot in _SLOTS:
        op.create_index(op.f(f"ix_{slot}_changed"), slot, ["changed"])
        for columns in _NO_LONGER_USED:
            op.drop_index(op.f(f"ix_{slot}_{'_'.join(columns)}"), slot)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for slot in _SLOTS:
        for columns in _NO_LONGER_USED:
            op.create_index(op.f(f"ix_{slot}_{'_'.join(columns)}"), slot, columns)
        op.drop_index(op.f(f"ix_{slot}_changed"), slot)
        op.drop_column(slot, "changed")
    op.drop_column("search_removed", "changed")
    op.drop_column("search_index", "changes")
    op.drop_column("search_index", "swaps")
