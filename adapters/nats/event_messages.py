"""Messages of the event bus, as they cross the network and are stored by the broker."""

from datetime import datetime
from uuid import UUID

import msgspec

from ...ports.cipher import Cipher
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
_decode_text = msgspec.json.Decoder(str).decode

_PLACE = "broker.event"
"""Where a sealed event is, for the cipher. Its row is the id of the message."""


class EventMessages:
    """Messages as JSON. Their events are sealed, because the broker keeps them in files."""

    def __init__(self, cipher: Cipher) -> None:
        """Create it with the cipher of the store, which all processes of an exchange share."""
        self._cipher = cipher

    def encode(self, message: Message) -> bytes:
        """Return a message as JSON."""
        event = _encode(message.event)
        return _encode(
            _Envelope(
                message.id,
                message.key,
                message.subject,
                message.event.VERSION,
                message.occurred_at,
                msgspec.Raw(self._sealed(message.id, event)),
                message.trace,
            )
        )

    def decode(self, payload: bytes) -> Message:
        """Return the message in a JSON text.

        Raises AssertionError if this version cannot read it, and NotOpened.
        """
        try:
            envelope = _decode(payload)
            decoder = _EVENTS.get(envelope.subject)
            assert decoder is not None, f"{envelope.subject} is an event that is unknown here"
            event = decoder.decode(self._opened(envelope))
        except msgspec.DecodeError as error:
            raise AssertionError(f"a message of the broker cannot be read: {error}") from error
        assert envelope.version == event.VERSION, (
            f"{envelope.subject} comes in version {envelope.version}"
        )
        id_ = MessageId(envelope.id)
        return Message(id_, envelope.key, event, envelope.occurred_at, envelope.trace)

    def _sealed(self, id_: UUID, event: bytes) -> bytes:
        if self._cipher.current is None:
            return event
        return _encode(self._cipher.seal(_PLACE, str(id_), event.decode()))

    def _opened(self, envelope: _Envelope) -> bytes | str:
        event = bytes(envelope.event)
        if not event.startswith(b'"'):
            return event
        return self._cipher.open(_PLACE, str(envelope.id), _decode_text(event))
