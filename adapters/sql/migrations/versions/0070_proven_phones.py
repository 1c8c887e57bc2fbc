"""Phones that were set before phones were proven count as proven."""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # 0065 did so too, but the phones since then got no time of a proof.
    op.execute(
        "UPDATE notification_preferences SET phone_proven_at = ("
        "SELECT created_at FROM users WHERE id = user_id) "
        "WHERE phone IS NOT NULL AND phone_proven_at IS NULL"
    )
    op.execute(
        "UPDATE notification_preferences SET phone_proven_at = NULL "
        "WHERE phone IS NULL AND phone_proven_at IS NOT NULL"
    )


def downgrade() -> None:
    pass
