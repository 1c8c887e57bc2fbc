"""The rules that the store was last run with. There are none yet: whatever comes next is new."""

from alembic import op

from solebook.adapters.sql.migrations.parts import check, document, instant, integer, key

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rules_in_force",
        integer("number"),
        document("rules"),
        instant("adopted_at"),
        key("rules_in_force", "number"),
        check("rules_in_force", "number", "number = 1"),
    )
