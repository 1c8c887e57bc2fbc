"""Reads a list page by page."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from solebook.ports.language.paging import Page, PageRequest

T = TypeVar("T")


async def all_pages(
    read: Callable[[PageRequest], Awaitable[Page[T]]], *, limit: int = 2
) -> list[T]:
    """Return the items of all pages, and check that all pages except the last one are full."""
    items: list[T] = []
    request = PageRequest(limit)
    while True:
        page = await read(request)
        items.extend(page.items)
        if page.next_cursor is None:
            assert len(page.items) <= limit
            return items
        assert len(page.items) == limit
        request = PageRequest(limit, after=page.next_cursor)
