"""The schema of the baseline, for an empty database: a module for each context."""

from alembic import op

from . import (
    analytics,
    audit,
    authentication,
    bidding,
    catalog,
    leases,
    messages,
    notifications,
    operations,
    orders,
    payments,
    price_alerts,
    rules,
    search,
    users,
)

CONTEXTS = (
    users,
    audit,
    catalog,
    bidding,
    orders,
    authentication,
    payments,
    price_alerts,
    analytics,
    notifications,
    messages,
    operations,
    rules,
    search,
    leases,
)


def create() -> None:
    """Make every table, and what belongs to it."""
    for context in CONTEXTS:
        context.create()


def drop() -> None:
    """Remove it all again."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for context in reversed(CONTEXTS):
        if context is not search or on_sqlite:
            for table in reversed(context.TABLES):
                op.drop_table(table)
    if not on_sqlite:
        op.execute("DROP FUNCTION audit_entries_inserts_only()")
