"""The columns of a message, shared by the outbox and the deliveries."""

from typing import Any

from ....ports.language.messages import Message
from ..engine.payloads import decode_event, encode
from ..engine.statement import Row


def message_values(message: Message) -> dict[str, Any]:
    """Return a message's values by column, without its id."""
    return {
        "key": message.key,
        "subject": message.subject,
        "version": message.event.VERSION,
        "event": encode(message.event),
        "occurred_at": message.occurred_at,
        "trace": message.trace,
    }


def message_of(row: Row, id_: str = "id") -> Message:
    """Return the message in a row; `id_` names the column of its id."""
    event = decode_event(row.subject, row.version, row.event)
    return Message(getattr(row, id_), row.key, event, row.occurred_at, row.trace)
