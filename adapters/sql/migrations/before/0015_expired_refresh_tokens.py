"""Refresh tokens that have expired are found by an index."""

from solebook.adapters.sql.migrations.parts import index

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("refresh_tokens", "expires_at")
