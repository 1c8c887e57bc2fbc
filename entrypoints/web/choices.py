"""What visitors narrow lists by."""

from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar

from litestar.params import QueryParameter

from ...ports.language.errors import InvalidText

E = TypeVar("E", bound=StrEnum)

Choice: TypeAlias = Annotated[str, QueryParameter(max_length=40)]
"""One of the values of an enumeration, or nothing: a form sends an empty text for "any"."""


def chosen(field: str, text: str, of: type[E]) -> E | None:
    """Return the value that was chosen, or None. Raises InvalidText for an unknown one."""
    try:
        return of(text) if text else None
    except ValueError as error:
        raise InvalidText(field=field, problem="is unknown") from error
