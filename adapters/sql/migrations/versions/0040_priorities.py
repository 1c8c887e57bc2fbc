"""What goes first where messages wait is called their priority.

The turns of the queues are copied into a new table, for SQLite renames no constraint.
"""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    counter,
    index,
    instant,
    integer,
    key,
    text,
    unique,
)

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("urgency", "priority")


def downgrade() -> None:
    _rename("priority", "urgency")


def _rename(before: str, after: str) -> None:
    op.drop_index(f"ix_outbox_{before}_sequence", "outbox")
    op.alter_column("outbox", before, new_column_name=after)
    index("outbox", after, "sequence")
    op.alter_column("deliveries", before, new_column_name=after)
    op.execute(sa.text("CREATE TABLE turns_before AS SELECT * FROM turns"))
    op.drop_table("turns")
    op.create_table(
        "turns",
        counter("place"),
        text("queue", 32),
        integer(after),
        text("turn"),
        instant("due_at"),
        key("turns", "place"),
        unique("turns", "queue", after, "turn"),
        sqlite_autoincrement=True,
    )
    index("turns", "queue", after, "due_at", "place")
    op.execute(
        sa.text(
            f"INSERT INTO turns (queue, {after}, turn, due_at)"  # noqa: S608  # names of columns alone
            f" SELECT queue, {before}, turn, due_at FROM turns_before ORDER BY place"
        )
    )
    op.drop_table("turns_before")
