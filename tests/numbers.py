"""Every number that may be set, in whatever part of the settings."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import get_args, get_type_hints

from solebook.config.section import Section
from solebook.config.settings import Settings
from solebook.ports.language.limits import Between, limits_of


def numbers(section: type = Settings, path: str = "") -> Iterator[tuple[str, type, Between]]:
    """Yield the name, the type and the limits of each number."""
    for name, (kind, between) in limits_of(section).items():
        yield f"{path}{name}", kind, between
    for name, hint in get_type_hints(section).items():
        for part in (hint, *get_args(hint)):
            if isinstance(part, type) and (is_dataclass(part) or issubclass(part, Section)):
                yield from numbers(part, f"{path}{name}.")
