"""Keep messages for a while that were given to a broker, and how far its stream had grown."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    id_column,
    index,
    instant,
    integer,
    key,
    message,
    text,
)

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_messages",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        id_column("id"),
        *message(),
        integer("priority"),
        instant("sent_at"),
        key("sent_messages", "sequence"),
    )
    index("sent_messages", "sent_at")
    index("sent_messages", "key")
    op.create_table(
        "broker_positions",
        text("name", 32),
        text("stream", 64),
        bigint("last"),
        key("broker_positions", "name"),
    )


def downgrade() -> None:
    op.drop_table("broker_positions")
    op.drop_table("sent_messages")
