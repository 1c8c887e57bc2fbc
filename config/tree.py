"""The settings as a tree: every setting with its name, type, class and whether it is a secret."""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

from .section import Section
from .settings import Settings


class Field(NamedTuple):
    """A field of a section or group of the settings."""

    name: str
    """As it is written, such as `http.user_limit.burst`."""
    owner: type
    """The class that declares it."""
    is_secret: bool
    """Whether its value is never shown."""

    @property
    def own_name(self) -> str:
        """The name within its class."""
        return self.name.rpartition(".")[2]


def fields(section: type = Settings, path: str = "") -> Iterator[Field]:
    """Yield every setting that has a value of its own, in the order of their declaration."""
    hints = get_type_hints(section)
    hidden = secrets_of(section)
    for name in _names(section):
        if is_group(hints[name]):
            yield from fields(hints[name], f"{path}{name}.")
        else:
            yield Field(f"{path}{name}", section, name in hidden)


def is_group(kind: Any) -> bool:
    """Return whether a type is a section, or a group of settings inside a section."""
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, Section))


def secrets_of(section: type) -> frozenset[str]:
    """Return the names of the fields of a class whose values are never shown."""
    if issubclass(section, Section):
        return section.SECRETS
    shown: Any = section
    return frozenset(field.name for field in dataclasses.fields(shown) if not field.repr)


def _names(section: type) -> tuple[str, ...]:
    if issubclass(section, Section):
        return section.__struct_fields__
    declared: Any = section
    return tuple(field.name for field in dataclasses.fields(declared))
