"""Count a user's open quotes by an index alone."""

from alembic import op

from solebook.adapters.sql.migrations.parts import partial_index

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_bids_active_of_user": ("bids", "active"),
    "ix_asks_active_of_user": ("asks", "active"),
    "ix_asks_waiting_of_user": ("asks", "waiting"),
}


def upgrade() -> None:
    _replace("user_id", "status")


def downgrade() -> None:
    _replace("user_id")


def _replace(*columns: str) -> None:
    for name, (table, status) in _INDEXES.items():
        op.drop_index(name, table)
        partial_index(name, table, *columns, where=f"status = '{status}'")
