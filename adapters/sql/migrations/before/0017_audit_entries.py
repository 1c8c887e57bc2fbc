"""The audit log, which takes inserts only."""

from alembic import op

from solebook.adapters.sql.migrations.parts import (
    document,
    id_column,
    index,
    instant,
    key,
    partial_index,
    refers,
    text,
)

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ONLY_INSERTS = """\
CREATE TRIGGER audit_entries_{name} BEFORE {when}
BEGIN SELECT RAISE(ABORT, 'the audit log takes inserts only'); END"""
TRIGGERS = {
    "update": "UPDATE ON audit_entries",
    "delete": "DELETE ON audit_entries",
    # INSERT OR REPLACE deletes what is in its way without asking the trigger above.
    "replace": """\
INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id OR about = NEW.about)""",
}


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        id_column("id"),
        instant("at"),
        id_column("actor_id"),
        text("action", 40),
        text("target_kind", 40),
        id_column("target_id", nullable=True),
        text("reason", nullable=True),
        document("facts"),
        id_column("about", nullable=True),
        key("audit_entries", "id"),
        refers("audit_entries", "about", "audit_entries"),
        sqlite_with_rowid=False,
    )
    index("audit_entries", "actor_id", "id")
    index("audit_entries", "target_id", "id")
    partial_index(
        "ix_audit_entries_about", "audit_entries", "about", where="about IS NOT NULL", unique=True
    )
    for name, when in TRIGGERS.items():
        op.execute(ONLY_INSERTS.format(name=name, when=when))
