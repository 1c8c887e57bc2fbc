"""Keyset paging: each page continues after the last id of the previous one, by an index."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam

from ....ports.language.paging import Page, PageRequest
from .database import SqlDatabase
from .statement import Row, Statement

T = TypeVar("T")

_BEYOND_ALL = UUID(int=2**128 - 1)


def newest_first(query: Select[Any], id_: ColumnElement[Any]) -> Select[Any]:
    """Return the query for a page of rows, newest first, by descending id: ids sort by time."""
    earlier = query.where(id_ < bindparam("before"))
    return earlier.order_by(id_.desc()).limit(bindparam("limit"))


async def page(
    database: SqlDatabase,
    statement: Statement,
    request: PageRequest,
    read: Callable[[Row], T],
    /,
    *,
    id_: str = "id",
    **values: Any,
) -> Page[T]:
    """Run a `newest_first` query for a page; `id_` names the column by which it is sorted."""
    rows = await database.rows(
        statement, before=request.after or _BEYOND_ALL, limit=request.limit + 1, **values
    )
    shown = rows[: request.limit]
    more = len(rows) > len(shown)
    return Page(tuple(map(read, shown)), getattr(shown[-1], id_) if more else None)
