"""Messages of Protocol Buffers as JSON has them, and back."""

import base64
from typing import Any

from google.protobuf.message import Message


def plain(message: Message, *, with_nulls: bool = False) -> dict[str, Any]:
    """Return a message as JSON has it. What is not set is left out, or null."""
    values: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.is_repeated:
            values[field.name] = [_plain(field, each, with_nulls) for each in value]
        elif not field.has_presence or message.HasField(field.name):
            values[field.name] = _plain(field, value, with_nulls)
        elif with_nulls:
            values[field.name] = None
    return values


def _plain(field: Any, value: Any, with_nulls: bool) -> Any:
    if field.message_type is not None:
        return plain(value, with_nulls=with_nulls)
    return base64.b64encode(value).decode() if field.type == field.TYPE_BYTES else value


def filled(message: Message, values: dict[str, Any]) -> Message:
    """Set the fields of a message to the values of JSON, and return it."""
    fields = message.DESCRIPTOR.fields_by_name
    for name, value in values.items():
        if value is None:
            continue
        field = fields[name]
        if field.is_repeated and field.message_type is not None:
            for each in value:
                filled(getattr(message, name).add(), each)
        elif field.is_repeated:
            getattr(message, name).extend(value)
        elif field.message_type is not None:
            inner = getattr(message, name)
            inner.SetInParent()
            filled(inner, value)
        else:
            is_bytes = field.type == field.TYPE_BYTES
            setattr(message, name, base64.b64decode(value) if is_bytes else value)
    return message
