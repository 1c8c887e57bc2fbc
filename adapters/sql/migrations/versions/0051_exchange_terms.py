"""Store the terms on which all processes of an exchange agree. The next start fills them in."""

from alembic import op

from solebook.adapters.sql.migrations.parts import check, integer, key, text

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_terms",
        integer("number"),
        text("currency", 3),
        integer("shards"),
        key("exchange_terms", "number"),
        check("exchange_terms", "number", "number = 1"),
        check("exchange_terms", "shards", "shards > 0"),
    )


def downgrade() -> None:
    op.drop_table("exchange_terms")
