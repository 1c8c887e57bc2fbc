"""JSON encoding of records whose fields no query uses."""

from typing import Any, TypeVar

import msgspec

from ....ports.language.events import EVENTS, Event
from ....ports.language.notices import NOTICES
from ....ports.language.notifications import Notice, NotificationKind
from ....ports.language.steps import ORDER_STEPS, OrderStep

T = TypeVar("T")

_EVENTS = {subject: msgspec.json.Decoder(kind) for subject, kind in EVENTS.items()}
_ORDER_STEPS = {name: msgspec.json.Decoder(kind) for name, kind in ORDER_STEPS.items()}

_NOTICES = {kind: msgspec.json.Decoder(notice) for kind, notice in NOTICES.items()}


def encode(record: Any) -> str:
    """Return a record as JSON text."""
    return msgspec.json.encode(record).decode()


def decode(text: str | bytes, kind: type[T]) -> T:
    """Decode a record of this kind."""
    return msgspec.json.decode(text, type=kind)


def decode_event(subject: str, version: int, text: str) -> Event:
    """Decode an event, which must have the current version of its kind."""
    event = _EVENTS[subject].decode(text)
    assert version == event.VERSION, f"{subject} is stored in version {version}"
    return event


def decode_step(name: str, text: str) -> OrderStep:
    """Decode a step of an order."""
    return _ORDER_STEPS[name].decode(text)


def decode_notice(kind: NotificationKind, text: str) -> Notice:
    """Decode a notice."""
    return _NOTICES[kind].decode(text)
