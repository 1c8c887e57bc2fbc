"""The table of the audit log, and the triggers that make it append-only."""

from sqlalchemy import DDL, Column, ForeignKey, Index, String, Table, Uuid, event

from ..engine import postgres, sqlite
from .columns import Document, Instant, metadata, partial_index

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor_id", Uuid, nullable=False),
    # Words without a CHECK, so that a new action does not require rebuilding the table.
    Column("action", String(40), nullable=False),
    Column("target_kind", String(40), nullable=False),
    Column("target_id", Uuid),
    Column("reason", String),
    Column("facts", Document, nullable=False),
    Column("about", Uuid, ForeignKey("audit_entries.id")),
    # Without a foreign key: users' tokens that are long over are removed, entries never.
    Column("token_id", Uuid),
    # Without a rowid there is only one key through which INSERT OR REPLACE could delete a row.
    sqlite_with_rowid=False,
)
Index(None, audit_entries.c.actor_id, audit_entries.c.id)
Index(None, audit_entries.c.target_id, audit_entries.c.id)
partial_index(
    "ix_audit_entries_about",
    audit_entries.c.about,
    where=audit_entries.c.about.is_not(None),
    unique=True,
)

_why = "the audit log takes inserts only"
_unique = audit_entries.c.id, audit_entries.c.about
_triggers = {
    "sqlite": sqlite.inserts_only(audit_entries, _why, *_unique),
    "postgresql": postgres.inserts_only(audit_entries, _why),
}
for _dialect, _statements in _triggers.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(audit_entries, "after_create", _ddl.execute_if(dialect=_dialect))
