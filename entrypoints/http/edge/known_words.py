"""Error messages that list the valid words of a field."""

import math
import re
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

_NONE_OF_THEM = re.compile(r"^Invalid enum value (?P<word>.*)$", re.DOTALL)
_SENT_BACK = 100
"""The maximum length of a caller's text in a problem, in bytes as it is written there. Trailers of
gRPC take 16 kB.
"""
_LONGEST_ESCAPE = 6
"""Bytes of JSON that one character may take."""
_STEP = re.compile(r"\w+|\[[^]]*\]")


def with_known_words(message: str, annotation: Any, path: str = "", *, is_key: bool = False) -> str:
    """Return the decoder's message, with the valid words if a word is unknown.

    `annotation` is the decoded type, and `path` is where the word is, such as `channels[...][0]`.
    `is_key` says that the word is a key.
    """
    strange = _NONE_OF_THEM.match(message)
    if strange is None:
        return message
    for step in _STEP.findall(path):
        annotation = next(_inside(annotation, step), None)
    if is_key:
        annotation = next((get_args(part)[0] for part in _parts(annotation)), None)
    return f"{shortened(strange['word'])} is none of these: {', '.join(_words(annotation))}"


def shortened(text: str, most: int = _SENT_BACK) -> str:
    """Return a caller's text so that it can be sent back: only the beginning of a long one."""
    begun = text[:most]
    while (surplus := len(msgspec.json.encode(begun)) - len('""') - most) > 0:
        begun = begun[: -math.ceil(surplus / _LONGEST_ESCAPE)]
    return begun if len(begun) == len(text) else f"{begun}..."


def _inside(annotation: Any, step: str) -> Iterator[Any]:
    """Yield the type of a field, or of an element for a step in brackets."""
    for part in _parts(annotation):
        arguments = get_args(part)
        if step.startswith("[") and arguments:
            yield arguments[0] if get_origin(part) is tuple else arguments[-1]
        elif isinstance(part, type) and issubclass(part, msgspec.Struct):
            yield from (
                field.type for field in msgspec.structs.fields(part) if field.encode_name == step
            )


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, or the type itself, without metadata."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _parts(arguments[0])
    elif arguments and get_origin(annotation) not in (list, tuple, dict, set, frozenset, Literal):
        for argument in arguments:
            yield from _parts(argument)
    else:
        yield annotation


def _words(annotation: Any) -> Iterator[str]:
    for part in _parts(annotation):
        if get_origin(part) is Literal:
            yield from map(str, get_args(part))
        elif isinstance(part, type) and issubclass(part, Enum):
            yield from (str(word.value) for word in part)
