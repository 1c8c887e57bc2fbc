"""Paging for the memory adapters."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeVar
from uuid import UUID

from ...ports.language.paging import Page, PageRequest

Id = TypeVar("Id", bound=UUID)
T = TypeVar("T")


def newest_first(
    ids: Iterable[Id],
    records: Mapping[Id, T],
    request: PageRequest,
    matches: Callable[[T], bool] = lambda _: True,
) -> Page[T]:
    """Return a page of the records under `ids` that match, newest first, as ids sort by time."""
    after = request.after
    rest = ids if after is None else (i for i in ids if i < after)
    found = (i for i in sorted(rest, reverse=True) if matches(records[i]))
    page = list(islice(found, request.limit + 1))
    shown = page[: request.limit]
    more = len(page) > len(shown)
    return Page(tuple(records[i] for i in shown), next_cursor=shown[-1] if more else None)
