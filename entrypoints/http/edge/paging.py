"""Pages of lists: `?limit=&cursor=` -> `{"items": [...], "next_cursor": ...}`."""

from collections.abc import Callable
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

from ....ports.language.paging import MAX_PAGE, Page, PageRequest

T = TypeVar("T")
V = TypeVar("V")
L = TypeVar("L")

Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=MAX_PAGE, description="The most items to return.")
]
Cursor: TypeAlias = Annotated[
    UUID | None,
    QueryParameter(description="The `next_cursor` of the page before; left out, the first page."),
]
DEFAULT_LIMIT = 20


def page_request(limit: int, cursor: UUID | None) -> PageRequest:
    """Return the request for the page that the parameters ask for."""
    return PageRequest(limit=limit, after=cursor)


def listing(kind: Callable[[list[V], UUID | None], L], page: Page[T], view: Callable[[T], V]) -> L:
    """Return a page as it is sent: a `kind` of listing, each item as `view` gives it."""
    return kind([view(item) for item in page.items], page.next_cursor)
