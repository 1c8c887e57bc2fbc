"""Form-encoded parameters with nested names, such as `metadata[order]` and `expand[]`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError

MOST_PARAMETERS = 500
_MOST_LEVELS = 5
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decoded(encoded: bytes) -> dict[str, Any]:
    """Return the parameters as nested objects and arrays. Raises ApiError."""
    try:
        pairs = parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise ApiError(f"Invalid request parameters: {error}") from error
    result: dict[str, Any] = {}
    for name, value in pairs:
        _put(result, name, value)
    return result


def _put(result: dict[str, Any], name: str, value: str) -> None:
    found = _NAME.fullmatch(name)
    levels = re.findall(r"\[([^\[\]]*)\]", found[2]) if found else []
    if found is None or len(levels) > _MOST_LEVELS:
        raise ApiError(f"Invalid parameter name: {name[:100]}", param=name[:100])
    place: Any = result
    keys = [found[1], *levels]
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if following is None:
            _add(place, key, value, name)
            return
        place = _below(place, key, [] if following == "" else {}, name)


def _below(place: Any, key: str, empty: Any, name: str) -> Any:
    if isinstance(place, list):
        place.append(empty)
        return empty
    inside = place.setdefault(key, empty)
    if type(inside) is not type(empty):
        raise ApiError(f"Invalid parameter name: {name[:100]}", param=name[:100])
    return inside


def _add(place: Any, key: str, value: str, name: str) -> None:
    if isinstance(place, list):
        place.append(value)
    elif key in place:
        raise ApiError(f"Duplicate parameter: {name[:100]}", param=name[:100])
    else:
        place[key] = value
