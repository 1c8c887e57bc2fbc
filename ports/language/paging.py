"""Paging: every list has a limit and an opaque cursor."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from .errors import OutOfRange

T = TypeVar("T")

MAX_PAGE = 100
"""The maximum number of items on a page."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Requests up to `limit` items after the item with the id `after`. Raises OutOfRange."""

    limit: int = 20
    after: UUID | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise OutOfRange(field="limit", value=self.limit, minimum=1, maximum=MAX_PAGE)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items, newest first, and the cursor of the next page (None: there is none)."""

    items: tuple[T, ...]
    next_cursor: UUID | None = None
