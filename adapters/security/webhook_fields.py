"""What a webhook's body consists of. Each function raises InvalidText for anything else."""

import json
from typing import Any

from ...ports.language.errors import InvalidText
from ...ports.language.text import check_text

_MAX_TEXT = 1_000


def body_object(body: bytes) -> dict[str, Any]:
    """Return the object that a body is in JSON."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidText(field="body", problem="is not JSON") from error
    return object_in("body", told)


def object_in(field: str, value: Any) -> dict[str, Any]:
    """Return a field that is an object."""
    if not isinstance(value, dict):
        raise InvalidText(field=field, problem="is not an object")
    return value


def text_in(field: str, value: Any) -> str:
    """Return a field that is a text."""
    if not isinstance(value, str):
        raise InvalidText(field=field, problem="is not a text")
    return check_text(field, value, max_length=_MAX_TEXT)


def text_or_none(field: str, value: Any) -> str | None:
    """Return a field that is a text or null."""
    return None if value is None else text_in(field, value)
