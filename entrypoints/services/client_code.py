"""Writes the client's structs and classes from the table."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from inspect import getdoc
from typing import Any
from uuid import UUID

from .rpc import Key, Rpc, Who
from .schema import field_types, kinds, unwrapped
from .table import TABLE, services

_HEAD = '''\
"""The calls of all services, and what goes in and out. Written by `nox -s proto` from the table."""

# ruff: noqa: ASYNC109  # the timeout is sent to the server

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from .transport import Options, Transport


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request or a part of it, or a response. What is not given is left out."""
'''
_NAMES = {str: "str", int: "int", float: "float", bool: "bool", bytes: "bytes"}
_OTHERS = {UUID: "UUID", date: "date", datetime: "datetime"}


def code() -> str:
    """Return the module `client/services.py`, before it is formatted."""
    found = kinds()
    answered = set(_reached([rpc.response for rpc in TABLE]))
    parts = [_HEAD]
    parts += [_struct(found[name], is_answer=name in answered) for name in sorted(found)]
    parts += [_service(name, calls) for name, calls in services()]
    parts.append(_all())
    return "\n\n".join(parts)


def _reached(kinds_: list[type[Any]]) -> Iterator[str]:
    for kind in kinds_:
        yield kind.__name__
        for _, hint, _ in field_types(kind):
            inner = unwrapped(hint)[0]
            if getattr(inner, "__name__", "") in kinds():
                yield from _reached([inner])


def _struct(kind: type[Any], *, is_answer: bool) -> str:
    lines = [
        f"class {kind.__name__}(_Message, frozen=True, kw_only=True):",
        f'    """{_about(kind)}"""',
        "",
    ]
    for name, hint, has_default in field_types(kind):
        inner, is_repeated, is_nullable = unwrapped(hint)
        written = _type(inner, is_answer=is_answer)
        if is_repeated and is_nullable:
            lines.append(f"    {name}: list[{written}] | None = None")
        elif is_repeated:
            lines.append(f"    {name}: list[{written}] = []")
        elif is_nullable or has_default:
            lines.append(f"    {name}: {_or_none(written)} = None")
        else:
            lines.append(f"    {name}: {written}")
    return "\n".join(lines) + "\n"


def _type(inner: Any, *, is_answer: bool) -> str:
    """Return a type as it is written. A word in an answer may be one that is new."""
    if isinstance(inner, type) and issubclass(inner, Enum):
        words = ", ".join(f'"{word.value}"' for word in inner)
        return "str" if is_answer else f"Literal[{words}]"
    known = _NAMES.get(inner) or _OTHERS.get(inner)
    return known or f'"{inner.__name__}"'


def _or_none(written: str) -> str:
    name = written.strip('"')
    return f'"{name} | None"' if name != written else f"{written} | None"


def _service(name: str, calls: list[Rpc]) -> str:
    methods = "\n".join(map(_method, calls))
    return (
        f"class {name}:\n"
        f'    """The calls of {name}."""\n\n'
        "    def __init__(self, transport: Transport) -> None:\n"
        "        self._transport = transport\n\n"
        f"{methods}"
    )


def _method(rpc: Rpc) -> str:
    name = _snake(rpc.method)
    options = {"timeout": "float | None"}
    if rpc.who is not Who.SERVICE:
        options["acting_for"] = "UUID | None"
    if rpc.key is not Key.NONE:
        options["key"] = "str | None"
    parameters = ", ".join(f"{each}: {kind} = None" for each, kind in options.items())
    given = ", ".join(f"{each}={each}" for each in options)
    about = rpc.about.replace("\n", "\n        ")
    asked, answer = rpc.request.__name__, rpc.response.__name__
    end = "\n        " if "\n" in about else ""
    return (
        f"    async def {name}(self, request: {asked}, *, {parameters}) -> {answer}:\n"
        f'        """{about}{end}"""\n'
        f"        options = Options({given})\n"
        f'        return await self._transport.call("{rpc.name}", request, {answer}, options)\n'
    )


def _all() -> str:
    lines = [
        "class Services:",
        '    """All services of an exchange."""',
        "",
        "    def __init__(self, transport: Transport) -> None:",
    ]
    for name, _ in services():
        lines.append(f"        self.{_snake(name.removesuffix('Service'))} = {name}(transport)")
    return "\n".join(lines) + "\n"


def _snake(name: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


def _about(kind: type[Any]) -> str:
    about = (getdoc(kind) or "").replace("\n", "\n    ")
    return f"{about}\n    " if "\n" in about else about
