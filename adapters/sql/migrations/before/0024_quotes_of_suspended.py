"""What users who were suspended before still have in the books leaves them.

Suspending a user did not touch what they had in the books until now. As for a suspension that an
admin orders, the process with the matching engine withdraws it and tells the owner.
"""

import json
import secrets
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OPERATOR = UUID(int=0).hex
_REASON = "Suspended before a suspension took quotes out of the books."
_SUSPENDED = sa.text(
    """
    SELECT id FROM users WHERE suspended AND id IN (
        SELECT user_id FROM bids WHERE status = 'active'
        UNION SELECT user_id FROM asks WHERE status = 'active'
    ) ORDER BY id
    """
)
_ENTRY = sa.text(
    """
    INSERT INTO audit_entries
        (id, at, actor_id, action, target_kind, target_id, reason, facts, about)
    VALUES (:id, :at, :operator, 'suspension_set', 'user', :user, :reason, :facts, NULL)
    """
)
_MESSAGE = sa.text(
    """
    INSERT INTO outbox (id, key, subject, version, event, occurred_at, urgency)
    VALUES (:id, :key, 'user.suspended', 1, :event, :at, 0)
    """
)


def upgrade() -> None:
    bind = op.get_bind()
    now = datetime.now(UTC)
    at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    for (user,) in bind.execute(_SUSPENDED).fetchall():
        user_id = UUID(str(user))
        entry_id = _new_id(now)
        entry = {
            "id": entry_id.hex,
            "at": at,
            "operator": _OPERATOR,
            "user": user_id.hex,
            "reason": _REASON,
            "facts": '{"suspended":true}',
        }
        event = json.dumps({"entry_id": str(entry_id), "user_id": str(user_id)})
        message = {"id": _new_id(now).hex, "key": str(user_id), "event": event, "at": at}
        bind.execute(_ENTRY, entry)
        bind.execute(_MESSAGE, message)


def _new_id(now: datetime) -> UUID:
    """Return a UUID of version 7, so that what is sorted by its id is sorted by time."""
    milliseconds = int(now.timestamp() * 1_000)
    chance = secrets.randbits(74)
    high, low = chance >> 62, chance & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
