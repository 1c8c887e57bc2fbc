"""The table of the audit log, and the triggers that keep it as it was written."""

from alembic import op

from ..parts import document, id_column, index, instant, key, partial_index, refers, text

TABLES = ("audit_entries",)


SQLITE_TRIGGERS = {
    "update": "UPDATE ON audit_entries",
    "delete": "DELETE ON audit_entries",
    # INSERT OR REPLACE deletes what is in its way without asking the trigger above.
    "replace": """\
INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id OR about = NEW.about)""",
}
POSTGRESQL_TRIGGER = (
    """\
CREATE FUNCTION audit_entries_inserts_only() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the audit log takes inserts only'; END$$""",
    """\
CREATE TRIGGER audit_entries_inserts_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_inserts_only()""",
)


def create() -> None:
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
    if op.get_bind().dialect.name == "sqlite":
        for name, when in SQLITE_TRIGGERS.items():
            op.execute(f"""\
CREATE TRIGGER audit_entries_{name} BEFORE {when}
BEGIN SELECT RAISE(ABORT, 'the audit log takes inserts only'); END""")
    else:
        for statement in POSTGRESQL_TRIGGER:
            op.execute(statement)
