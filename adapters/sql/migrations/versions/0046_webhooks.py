# ruff: noqa: S608  # nothing comes from outside
"""Rename the event of a stored webhook, because an event is not a webhook.

`gateway.reported` becomes `webhook.received`, and its `event_id` becomes `webhook_id`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BEFORE, AFTER = ("gateway.reported", "event_id"), ("webhook.received", "webhook_id")


def upgrade() -> None:
    _rename(BEFORE, AFTER)


def downgrade() -> None:
    _rename(AFTER, BEFORE)


def _rename(old: tuple[str, str], new: tuple[str, str]) -> None:
    for table in ("outbox", "deliveries"):
        op.execute(
            f"UPDATE {table} SET subject = '{new[0]}', event = {_renamed(old[1], new[1])}"
            f" WHERE subject = '{old[0]}'"
        )
    for table in ("inbox", "deliveries"):
        _run(
            f"UPDATE {table} SET consumer = replace(consumer, ':{old[0]}', ':{new[0]}')"
            f" WHERE consumer LIKE '%:{old[0]}'"
        )


def _renamed(old: str, new: str) -> str:
    """Return the JSON of an event with one field renamed."""
    if op.get_bind().dialect.name == "sqlite":
        return f"json_set(json_remove(event, '$.{old}'), '$.{new}', event ->> '{old}')"
    return f"(event - '{old}') || jsonb_build_object('{new}', event ->> '{old}')"


def _run(statement: str) -> None:
    # A colon would be taken for a parameter.
    op.execute(sa.text(statement.replace(":", r"\:")))
