"""Let a demo have a clock of its own. What has run already runs on real time."""

from alembic import op

from solebook.adapters.sql.migrations.parts import bigint, check, integer, key, text

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_SIGNS_OF_USE = ("users", "rules_in_force", "sign_of_life", "audit_entries")


def upgrade() -> None:
    op.create_table(
        "clock_offset",
        integer("number"),
        bigint("microseconds"),
        key("clock_offset", "number"),
        check("clock_offset", "number", "number = 1"),
    )
    op.create_table(
        "clock_followers",
        text("process", 64),
        bigint("microseconds"),
        bigint("beats"),
        key("clock_followers", "process"),
        check("clock_followers", "beats", "beats > 0"),
    )
    is_used = " OR ".join(
        f"EXISTS (SELECT * FROM {table})"  # noqa: S608  # no input
        for table in _SIGNS_OF_USE
    )
    op.execute(f"INSERT INTO clock_offset SELECT 1, 0 WHERE {is_used}")


def downgrade() -> None:
    op.drop_table("clock_followers")
    op.drop_table("clock_offset")
