"""Refusals as JSON, so that a caller in another process gets the same class with the same data."""

from typing import Any, get_type_hints

import msgspec

from ...ports.language import errors
from ...ports.language.errors import Refusal

_KINDS: dict[str, type[Refusal]] = {
    name: kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, Refusal)
}


class RefusalReply(msgspec.Struct, frozen=True):
    """A refusal: the name of its class, and its fields."""

    name: str
    data: dict[str, Any]


def describe(refusal: Refusal) -> RefusalReply:
    """Return what must be sent for a refusal."""
    return RefusalReply(type(refusal).__name__, refusal.data())


def restore(reply: RefusalReply) -> Refusal:
    """Return the refusal that was sent. Raises AssertionError if this version has no such class."""
    kind = _KINDS.get(reply.name)
    assert kind is not None, f"the other process refuses with {reply.name}, which is unknown here"
    hints = get_type_hints(kind)
    return kind(**{name: msgspec.convert(value, hints[name]) for name, value in reply.data.items()})
