"""The bodies of webhooks."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from ...ports.language.webhook_events import EventContent


def body_of(content: EventContent, at: datetime) -> str:
    """Return the JSON that tells of an event at an instant."""
    told = {
        "type": content.KIND,
        "version": content.VERSION,
        "timestamp": at,
        "data": asdict(content),  # type: ignore[call-overload]  # every content is a dataclass
    }
    return json.dumps(told, default=_written, ensure_ascii=False, separators=(",", ":"))


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert isinstance(value, UUID), value
    return str(value)
