"""The base of the sections of the settings."""

from typing import Any, ClassVar

import msgspec

from ..ports.language.limits import check_limits


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of the settings. An unknown key is an error."""

    SECRETS: ClassVar[frozenset[str]] = frozenset()
    """Names of fields that are never shown."""

    def __post_init__(self) -> None:
        check_limits(self)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = (name for name in self.__struct_fields__ if name not in self.SECRETS)
        return [(name, getattr(self, name)) for name in shown]
