"""Pages of lists, newest first, and searches."""

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import Any

from .calls import Request
from .errors import ApiError, no_such
from .state import Object

_COMPARE = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_CLAUSE = re.compile(r"""\s*(?:metadata\[(["'])([^"']+)\1\]|([a-z_]+))\s*:\s*(["'])([^"']*)\4\s*""")


def page(request: Request, objects: Iterable[Object], url: str) -> Object:
    """Return the page of the newest objects that the request asks for.

    Raises ApiError for a cursor that is no object of the list.
    """
    newest = [each for each in objects if _in_time(each, request.form.get("created"))][::-1]
    limit = request.form.get("limit", 10)
    after, before = request.form.get("starting_after"), request.form.get("ending_before")
    if after is not None and before is not None:
        raise ApiError(
            "You can only specify one of these parameters: starting_after, ending_before.",
            code="parameters_exclusive",
        )
    if before is not None:
        end = _place(newest, before, "ending_before")
        start = max(0, end - limit)
        return listed(newest[start:end], url, has_more=start > 0)
    start = 0 if after is None else _place(newest, after, "starting_after") + 1
    return listed(newest[start : start + limit], url, has_more=len(newest) > start + limit)


def listed(objects: Sequence[Object], url: str, *, has_more: bool = False) -> Object:
    """Return a list object."""
    return {"object": "list", "data": list(objects), "has_more": has_more, "url": url}


def matching(request: Request, objects: Iterable[Object], *names: str) -> list[Object]:
    """Return the objects whose fields are those that the request gives."""
    given = {name: request.form[name] for name in names if name in request.form}
    return [
        each for each in objects if all(each.get(name) == value for name, value in given.items())
    ]


def search(request: Request, objects: Iterable[Object], url: str) -> Object:
    """Return the objects that match a query of clauses such as `metadata['order']:'7'`.

    Raises ApiError for a query that the double does not understand.
    """
    clauses = [_CLAUSE.fullmatch(each) for each in request.form["query"].split(" AND ")]
    if None in clauses:
        raise ApiError(
            "The search query is not one that the double understands: it knows AND, "
            "metadata['name']:'text' and field:'text'.",
            param="query",
        )
    found = [
        each
        for each in objects
        if all(_fits(each, clause) for clause in clauses if clause is not None)
    ][::-1]
    start = request.form.get("page", 0)
    limit = request.form.get("limit", 10)
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "data": found[start : start + limit],
        "has_more": more,
        "next_page": str(start + limit) if more else None,
        "url": url,
    }


def _fits(obj: Object, clause: re.Match[str]) -> bool:
    held = obj.get("metadata", {}).get(clause[2]) if clause[2] else obj.get(clause[3])
    return held is not None and str(held) == clause[5]


def _place(objects: Sequence[Object], ident: str, param: str) -> int:
    for place, each in enumerate(objects):
        if each["id"] == ident:
            return place
    raise no_such("object", ident, param)


def _in_time(obj: Object, wanted: int | Mapping[str, Any] | None) -> bool:
    if wanted is None:
        return True
    created: int = obj["created"]
    if not isinstance(wanted, Mapping):
        return created == wanted
    return all(_COMPARE[name](created, value) for name, value in wanted.items())
