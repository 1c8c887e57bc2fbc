"""The table of leases."""

from alembic import op

from ..parts import bigint, check, instant, key, text

TABLES = ("leases",)


def create() -> None:
    op.create_table(
        "leases",
        text("name", 64),
        text("holder", 64),
        bigint("epoch"),
        instant("expires_at"),
        key("leases", "name"),
        check("leases", "epoch", "epoch > 0"),
    )
