"""The table as a schema of Protocol Buffers.

Texts, ids, dates, instants and words of a fixed list are strings, as in JSON. Whole numbers are
int64. What may be left out is `optional`. A list that may be null in JSON is empty here.
"""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NewType,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec

from .rpc import Rpc
from .table import TABLE, services

PACKAGE = "solebook.v1"
FILE = Path(__file__).with_name("solebook.proto")
"""The checked-in schema. It is also the record of the numbers of fields, which never change."""

Numbers: TypeAlias = Mapping[str, Mapping[str, int]]
"""The numbers of fields, by message and field."""

_SCALARS: dict[Any, str] = {str: "string", int: "int64", float: "double", bool: "bool"}
_TEXTS = (UUID, date, datetime)


class Field(NamedTuple):
    """A field of a message. `kind` is a scalar of Protocol Buffers, or the name of a message."""

    name: str
    kind: str
    number: int
    is_repeated: bool
    is_optional: bool


class Message(NamedTuple):
    """A message, of a struct or a dataclass."""

    name: str
    about: str
    fields: tuple[Field, ...]


def messages(numbers: Numbers | None = None) -> dict[str, Message]:
    """Return all messages of the table by name, with the recorded numbers and new ones."""
    if numbers is None:
        numbers = recorded_numbers()
    found = kinds()
    return {name: _message(found[name], numbers.get(name, {})) for name in sorted(found)}


@cache
def kinds() -> Mapping[str, type[Any]]:
    """Return the structs and dataclasses of the table by name."""
    found: dict[str, type[Any]] = {}
    for rpc in TABLE:
        for kind in (rpc.request, rpc.response):
            _collect(kind, found)
    return found


@cache
def recorded_numbers() -> Numbers:
    """Return the numbers in the checked-in schema, or none if there is no file."""
    if not FILE.exists():
        return {}
    numbers: dict[str, dict[str, int]] = {}
    for message, body in _MESSAGE.findall(FILE.read_text(encoding="utf-8")):
        numbers[message] = {name: int(number) for name, number in _FIELD.findall(body)}
    return numbers


_MESSAGE = re.compile(r"^message (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"(\w+) = (\d+);")


def text() -> str:
    """Return the schema as a .proto file."""
    parts = [_HEAD]
    for service, calls in services():
        rpcs = "\n".join(_rpc(rpc) for rpc in calls)
        parts.append(f"service {service} {{\n{rpcs}}}\n")
    for message in messages().values():
        lines = "".join(f"  {_line(field)}\n" for field in message.fields)
        parts.append(f"{_comment(message.about)}message {message.name} {{\n{lines}}}\n")
    return "\n".join(parts)


_HEAD = f"""\
// The services of solebook. Written by `nox -s proto` from entrypoints/services/table.py.
//
// Texts, ids (UUIDs), dates, instants (RFC 3339) and words are strings. Money is in minor units.

syntax = "proto3";

package {PACKAGE};
"""


def _rpc(rpc: Rpc) -> str:
    about = f"{rpc.about}\n\nWho may call: {rpc.who.value}."
    names = f"({rpc.request.__name__}) returns ({rpc.response.__name__})"
    return f"{_comment(about, '  ')}  rpc {rpc.method}{names};\n"


def _comment(about: str, indent: str = "") -> str:
    return "".join(f"{indent}// {line}".rstrip() + "\n" for line in about.splitlines())


def _line(field: Field) -> str:
    label = "repeated " if field.is_repeated else "optional " if field.is_optional else ""
    return f"{label}{field.kind} {field.name} = {field.number};"


def _message(kind: type[Any], numbers: Mapping[str, int]) -> Message:
    free = max(numbers.values(), default=0)
    made = []
    for name, hint, has_default in field_types(kind):
        number = numbers.get(name)
        if number is None:
            number = free = free + 1
        inner, is_repeated, is_nullable = unwrapped(hint)
        is_optional = not is_repeated and (is_nullable or has_default)
        made.append(Field(name, _kind(inner), number, is_repeated, is_optional))
    return Message(kind.__name__, getdoc(kind) or "", tuple(made))


def field_types(kind: type[Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield name and type of each field, and whether it may be left out."""
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        for field in dataclass_fields(kind):
            yield field.name, hints[field.name], False
        return
    for each in msgspec.structs.fields(kind):
        yield each.encode_name, each.type, not each.required


def unwrapped(hint: Any) -> tuple[Any, bool, bool]:
    """Return the type of one value, whether there are several, and whether it may be null."""
    if isinstance(hint, NewType):
        return unwrapped(hint.__supertype__)
    if get_origin(hint) is Annotated:
        return unwrapped(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        kept = [each for each in get_args(hint) if each not in (type(None), msgspec.UnsetType)]
        assert len(kept) == 1, f"{hint} is several types"
        inner, is_repeated, _ = unwrapped(kept[0])
        return inner, is_repeated, True
    if get_origin(hint) in (list, tuple, frozenset):
        inner, is_nested, _ = unwrapped(get_args(hint)[0])
        assert not is_nested, f"{hint} is a list of lists"
        return inner, True, False
    return hint, False, False


def _kind(inner: Any) -> str:
    if inner is bytes:
        return "bytes"
    if inner in _SCALARS:
        return _SCALARS[inner]
    if inner in _TEXTS or get_origin(inner) is Literal:
        return "string"
    if isinstance(inner, type) and issubclass(inner, Enum):
        return "string"
    assert _is_message(inner), f"{inner} has no counterpart in Protocol Buffers"
    name: str = inner.__name__
    return name


def _is_message(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, msgspec.Struct) or is_dataclass(kind))


def _collect(kind: type[Any], found: dict[str, type[Any]]) -> None:
    """Add a message and those in it."""
    known = found.setdefault(kind.__name__, kind)
    assert known is kind, f"two messages have the name {kind.__name__}"
    for _, hint, _ in field_types(kind):
        inner, _, _ = unwrapped(hint)
        if _is_message(inner) and inner.__name__ not in found:
            _collect(inner, found)
        elif _is_message(inner):
            assert found[inner.__name__] is inner, f"two messages have the name {inner.__name__}"
