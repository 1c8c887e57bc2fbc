"""Look idempotency keys up by user and key, whatever they were used for."""

import sqlalchemy as sa
from alembic import op

from solebook.adapters.sql.migrations.parts import binary, id_column, index, instant, key, text

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_TABLE, _OLD = "idempotency_keys", "old_idempotency_keys"
_COLUMNS = "key, user_id, scope, fingerprint, answer, answered_at"
_IS_LATER = f"""
    SELECT 1 FROM {_TABLE} AS later WHERE later.key = {_TABLE}.key
    AND later.user_id = {_TABLE}.user_id AND later.scope <> {_TABLE}.scope AND (
        later.answered_at > {_TABLE}.answered_at
        OR (later.answered_at = {_TABLE}.answered_at AND later.scope > {_TABLE}.scope)
    )
"""  # noqa: S608  # names of this file


def upgrade() -> None:
    # Of two requests with one key, the newer one is remembered.
    op.execute(f"DELETE FROM {_TABLE} WHERE EXISTS ({_IS_LATER})")  # noqa: S608
    _rebuild("key", "user_id")


def downgrade() -> None:
    _rebuild("key", "user_id", "scope")


def _rebuild(*columns: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(f"pk_{_TABLE}", _TABLE)
        op.create_primary_key(op.f(f"pk_{_TABLE}"), _TABLE, list(columns))
        return
    op.drop_index(f"ix_{_TABLE}_answered_at", _TABLE)
    op.rename_table(_TABLE, _OLD)
    parts: tuple[sa.schema.SchemaItem, ...] = (
        text("key"),
        id_column("user_id"),
        text("scope"),
        text("fingerprint"),
        binary("answer"),
        instant("answered_at"),
        key(_TABLE, *columns),
    )
    op.create_table(_TABLE, *parts, sqlite_with_rowid=False)
    op.execute(f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM {_OLD}")  # noqa: S608
    op.drop_table(_OLD)
    index(_TABLE, "answered_at")
