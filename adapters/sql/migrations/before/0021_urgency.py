"""Events wait for the relay apart by how urgent they are."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    counter,
    id_column,
    index,
    integer,
    key,
    message,
    unique,
)

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEPT = "sequence, id, key, subject, version, event, occurred_at"
_URGENCY = (
    "CASE WHEN subject IN ('price.dropped', 'book.lowest_ask_changed') THEN 2 "
    "WHEN subject = 'notification.requested' THEN 1 ELSE 0 END"
)


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM outbox")
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        counter("sequence"),
        id_column("id"),
        *message(),
        integer("urgency"),
        key("outbox", "sequence"),
        unique("outbox", "id"),
        sqlite_autoincrement=True,
    )
    op.execute(
        f"INSERT INTO outbox ({_KEPT}, urgency) "  # noqa: S608  # names of columns alone
        f"SELECT {_KEPT}, {_URGENCY} FROM kept"
    )
    op.execute("DROP TABLE kept")
    index("outbox", "urgency", "sequence")
