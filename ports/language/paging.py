"""Pages: every list has a limit and goes on from an opaque cursor."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from .errors import OutOfRange

T = TypeVar("T")

MAX_PAGE = 100
"""The most items that one page may hold."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Asks for up to `limit` items after the item whose id is `after`. Raises OutOfRange."""

    limit: int = 20
    after: UUID | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise OutOfRange(field="limit", value=self.limit, minimum=1, maximum=MAX_PAGE)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Up to a page of items, newest first, and where the next page begins (None: no more)."""

    items: tuple[T, ...]
    next_cursor: UUID | None = None
