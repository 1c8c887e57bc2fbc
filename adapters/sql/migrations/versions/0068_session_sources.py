"""Keep where users signed in."""

from alembic import op

from solebook.adapters.sql.migrations.parts import index, text

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", text("source", 64, nullable=True))
    index("sessions", "user_id", "source")


def downgrade() -> None:
    op.drop_index("ix_sessions_user_id_source", "sessions")
    op.drop_column("sessions", "source")
