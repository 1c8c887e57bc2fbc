"""Leases: what only one process may do at a time."""

from alembic import op

from solebook.adapters.sql.migrations.parts import bigint, check, instant, key, text

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        text("name", 64),
        text("holder", 64),
        bigint("epoch"),
        instant("expires_at"),
        key("leases", "name"),
        check("leases", "epoch", "epoch > 0"),
    )
