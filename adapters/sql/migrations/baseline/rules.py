"""The table of the rules that the store was last run with."""

from alembic import op

from ..parts import check, document, instant, integer, key

TABLES = ("rules_in_force",)


def create() -> None:
    op.create_table(
        "rules_in_force",
        integer("number"),
        document("rules"),
        instant("adopted_at"),
        key("rules_in_force", "number"),
        check("rules_in_force", "number", "number = 1"),
    )
