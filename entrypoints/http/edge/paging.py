"""Paging of lists: `?limit=&cursor=` -> `{"items": [...], "next_cursor": ...}`."""

from collections.abc import Callable
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

from ....ports.language.paging import MAX_PAGE, Page, PageRequest

T = TypeVar("T")
V = TypeVar("V")
L = TypeVar("L")

Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=MAX_PAGE, description="The maximum number of items.")
]
Cursor: TypeAlias = Annotated[
    UUID | None,
    QueryParameter(description="The `next_cursor` of the previous page. Omit for the first page."),
]
DEFAULT_LIMIT = 20


def page_request(limit: int, cursor: UUID | None) -> PageRequest:
    """Return the page request for these parameters."""
    return PageRequest(limit=limit, after=cursor)


def listing(kind: Callable[[list[V], UUID | None], L], page: Page[T], view: Callable[[T], V]) -> L:
    """Return a page as a response of type `kind`, with each item converted by `view`."""
    return kind([view(item) for item in page.items], page.next_cursor)
