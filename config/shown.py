"""The settings as they are shown: without secrets, and with where each was read."""

import json
import re
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from .settings import Settings
from .tree import fields

HIDDEN = "(secret)"
_URL = re.compile(r"(?P<scheme>[a-z0-9+.-]+)://(?P<rest>.*)", re.DOTALL)


class ShownSetting(NamedTuple):
    """A setting as it is shown."""

    name: str
    value: object
    """As in JSON, but for secrets, of which it tells only that they are set."""
    source: str | None
    """The file or the variable that it comes from, or None if it is the default."""

    @property
    def text(self) -> str:
        """The value as it is written in a file."""
        return "not set" if self.value is None else json.dumps(self.value, ensure_ascii=False)


def shown_settings(settings: Settings, sources: Mapping[str, str]) -> list[ShownSetting]:
    """Return every setting of a deployment, without secrets. `sources` tells where it was read."""
    return [
        ShownSetting(
            field.name,
            _without_secrets(field.own_name, attrgetter(field.name)(settings), field.is_secret),
            sources.get(field.name),
        )
        for field in fields()
    ]


def _without_secrets(name: str, value: Any, is_secret: bool) -> Any:
    if isinstance(value, tuple):
        return [_without_inner_secrets(item) for item in value]
    if isinstance(value, str) and name.endswith("url"):
        return _without_login(value)
    if is_secret and value is not None:
        return HIDDEN
    return msgspec.to_builtins(value)


def _without_inner_secrets(item: Any) -> Any:
    secrets: frozenset[str] = getattr(type(item), "SECRETS", frozenset())
    plain = msgspec.to_builtins(item)
    if not secrets:
        return plain
    return {
        name: HIDDEN if name in secrets and value is not None else value
        for name, value in plain.items()
    }


def _without_login(url: str) -> str:
    """Return a URL without user, password and query, in which passwords may be."""
    match = _URL.fullmatch(url)
    if match is None:
        return HIDDEN
    login, at, rest = match["rest"].rpartition("@")
    place, query, _ = rest.partition("?")
    return f"{match['scheme']}://{'...' + at if login else ''}{place}{query and query + '...'}"
