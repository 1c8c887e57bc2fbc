"""Messages of the event bus, as they cross the network."""

from datetime import datetime
from uuid import UUID

import msgspec

from ...ports.language.events import EVENTS
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message

_EVENTS = {subject: msgspec.json.Decoder(kind) for subject, kind in EVENTS.items()}


class _Envelope(msgspec.Struct, frozen=True):
    id: UUID
    key: str
    subject: str
    version: int
    occurred_at: datetime
    event: msgspec.Raw
    trace: str | None = None


_decode = msgspec.json.Decoder(_Envelope).decode
_encode = msgspec.json.encode


def encode_message(message: Message) -> bytes:
    """Return a message as JSON."""
    return _encode(
        _Envelope(
            message.id,
            message.key,
            message.subject,
            message.event.VERSION,
            message.occurred_at,
            msgspec.Raw(_encode(message.event)),
            message.trace,
        )
    )


def decode_message(payload: bytes) -> Message:
    """Return the message in a JSON text. Raises AssertionError if this version cannot read it."""
    try:
        envelope = _decode(payload)
        decoder = _EVENTS.get(envelope.subject)
        assert decoder is not None, f"{envelope.subject} is an event that is unknown here"
        event = decoder.decode(envelope.event)
    except msgspec.DecodeError as error:
        raise AssertionError(f"a message of the broker cannot be read: {error}") from error
    assert envelope.version == event.VERSION, (
        f"{envelope.subject} comes in version {envelope.version}"
    )
    id_ = MessageId(envelope.id)
    return Message(id_, envelope.key, event, envelope.occurred_at, envelope.trace)
