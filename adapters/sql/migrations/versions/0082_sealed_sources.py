"""Make room for sealed sources of sessions, and for what proves the secret of a key."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import index, text

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite does not look at the length
        op.alter_column("sessions", "source", type_=sa.String())
    op.add_column("sessions", text("source_lookup", nullable=True))
    op.execute("UPDATE sessions SET source_lookup = source")
    op.drop_index("ix_sessions_user_id_source", "sessions")
    index("sessions", "user_id", "source_lookup")
    op.add_column("sealing_keys", text("proof", nullable=True))


def downgrade() -> None:
    op.drop_column("sealing_keys", "proof")
    op.drop_index("ix_sessions_user_id_source_lookup", "sessions")
    index("sessions", "user_id", "source")
    op.drop_column("sessions", "source_lookup")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("sessions", "source", type_=sa.String(64))
