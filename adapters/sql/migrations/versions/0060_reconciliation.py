"""Keep what the payment provider moved, and let the ledger have new kinds of accounts."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import (
    bigint,
    check,
    counter,
    id_column,
    index,
    instant,
    integer,
    key,
    refers,
    text,
    unique,
    word,
)

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_KINDS = (
    *("world", "escrow", "payable", "fees", "processing", "shipping", "penalties", "debt"),
    *("suspense", "losses"),
)


def upgrade() -> None:
    _remake_ledger_entries(text("kind", 32))
    op.create_table(
        "provider_movements",
        counter("sequence"),
        text("place"),
        text("kind", 32),
        text("name"),
        bigint("amount"),
        bigint("fee"),
        id_column("order_id", nullable=True),
        text("charge_id", nullable=True),
        text("type"),
        instant("at", nullable=True),
        instant("read_at"),
        key("provider_movements", "sequence"),
        unique("provider_movements", "place"),
        sqlite_autoincrement=True,
    )
    for column in ("order_id", "name", "charge_id"):
        index("provider_movements", column)
    op.create_table(
        "unreconciled",
        text("subject"),
        instant("since"),
        text("told"),
        bigint("times"),
        key("unreconciled", "subject"),
    )
    op.create_table(
        "reconciliation",
        integer("number"),
        bigint("ledger"),
        instant("finished_at", nullable=True),
        key("reconciliation", "number"),
        check("reconciliation", "number", "number = 1"),
        check("reconciliation", "ledger", "ledger >= 0"),
    )


def downgrade() -> None:
    op.drop_table("reconciliation")
    op.drop_table("unreconciled")
    op.drop_table("provider_movements")
    # What only the provider moved is a loss or a gain of the exchange to earlier versions.
    known = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.execute(
        f"UPDATE ledger_entries SET kind = 'losses', owner = '' WHERE kind NOT IN ({known})"  # noqa: S608  # no input
    )
    _remake_ledger_entries(word("kind", _KINDS))


def _remake_ledger_entries(kind: sa.Column[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        if isinstance(kind.type, sa.Enum):
            # As PostgreSQL itself writes the CHECK that is made with the table.
            known = ", ".join(f"'{each}'::varchar" for each in _KINDS)
            op.create_check_constraint(
                op.f("ck_ledger_entries_kind"),
                "ledger_entries",
                f"kind::text = ANY ((ARRAY[{known}])::text[])",
            )
        else:
            op.drop_constraint(op.f("ck_ledger_entries_kind"), "ledger_entries", type_="check")
        return
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM ledger_entries")
    op.drop_table("ledger_entries")
    op.create_table(
        "ledger_entries",
        counter("sequence"),
        text("transfer_id"),
        kind,
        text("owner"),
        bigint("amount"),
        key("ledger_entries", "sequence"),
        refers("ledger_entries", "transfer_id", "ledger_transfers"),
        sqlite_autoincrement=True,
    )
    index("ledger_entries", "transfer_id")
    index("ledger_entries", "kind", "owner", "amount")
    op.execute("INSERT INTO ledger_entries SELECT * FROM kept")
    op.execute("DROP TABLE kept")
