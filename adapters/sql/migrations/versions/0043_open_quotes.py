"""Add indexes to find a user's open quotes."""

from alembic import op

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_bids_active_of_user": ("bids", "active"),
    "ix_asks_active_of_user": ("asks", "active"),
    "ix_asks_waiting_of_user": ("asks", "waiting"),
}


def upgrade() -> None:
    for name, (table, status) in _INDEXES.items():
        partial_index(name, table, "user_id", where=f"status = '{status}'")


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
