"""Searches in the language of Typesense, and what it finds."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...ports.language.market import Size
from ...ports.language.search import SearchFacets, SearchFilters, SearchSort
from ..text_search.facets import facets_of
from ..text_search.names import mark
from .documents import brand_key, brand_of

Search = dict[str, object]
"""A search as Typesense takes it."""

MAX_PER_PAGE = 250
"""The largest page of Typesense."""

_THERE = "is_removed:=false"
_MAX_FACETS = 10_000
"""How many values of a facet are counted."""
_FACETS = ("brand_code", "sizes", "year", "price_bucket")
_INT_32, _INT_64 = 2**31 - 1, 2**63 - 1
_TIES = "sales:desc,order:desc"
_SORTS = {
    SearchSort.RELEVANCE: _TIES,
    SearchSort.PRICE_ASC: f"lowest_ask(missing_values: last):asc,{_TIES}",
    SearchSort.PRICE_DESC: f"lowest_ask(missing_values: last):desc,{_TIES}",
    SearchSort.NEWEST: f"released:desc,{_TIES}",
    SearchSort.MOST_TRADED: _TIES,
}


def begins_with(typed: str) -> str:
    """Return the condition that a word begins with what was typed."""
    return f"prefixes:=`{typed}`"


def has_any(words: Sequence[str]) -> str:
    """Return the condition that one of these is a word of the product."""
    return f"words:=[{','.join(f'`{word}`' for word in words)}]"


def is_meant(key: str) -> str:
    """Return the condition that a text with this key is the style code or a whole name."""
    return f"(style_key:=`{key}` || words:=`{mark(key)}`)"


def is_not_meant(key: str) -> str:
    """Return the opposite condition."""
    return f"style_key:!=`{key}` && words:!=`{mark(key)}`"


def passing(filters: SearchFilters) -> list[str]:
    """Return the conditions of filters."""
    conditions: list[str] = []
    if filters.brand is not None:
        conditions.append(f"brand_key:=`{brand_key(filters.brand)}`")
    if filters.size is not None:
        conditions.append(f"sizes:=`{filters.size}`")
    if filters.year is not None:
        conditions.append(f"year:={_within(filters.year, _INT_32)}")
    if filters.min_price is not None:
        conditions.append(f"lowest_ask:>={_within(filters.min_price, _INT_64)}")
    if filters.max_price is not None:
        conditions.append(f"lowest_ask:<={_within(filters.max_price, _INT_64)}")
    return conditions


def order(sort: SearchSort, typed: Sequence[str]) -> str:
    """Return the order of what has the words that were typed. An exact style code is no part."""
    if sort is SearchSort.RELEVANCE and typed:
        exact = " && ".join(f"words:=`{word}`" for word in typed)
        return f"_eval({exact}):desc,{_TIES}"
    return _SORTS[sort]


def search_for(
    collection: str,
    conditions: Sequence[str],
    *,
    sort: str = _TIES,
    page: int = 1,
    per_page: int = 0,
    fields: str = "id",
    has_facets: bool = False,
) -> Search:
    """Return a search for the products that pass conditions."""
    facets: Search = {"facet_by": ",".join(_FACETS), "max_facet_values": _MAX_FACETS}
    return {
        "collection": collection,
        "q": "*",
        "filter_by": " && ".join((_THERE, *conditions)),
        "sort_by": sort,
        "page": page,
        "per_page": per_page,
        "include_fields": fields,
        **(facets if has_facets else {}),
    }


def pages_of(offset: int, limit: int) -> list[int]:
    """Return the pages, of `limit` products each, that have those from `offset` on.

    >>> pages_of(40, 20), pages_of(45, 20)
    ([3], [3, 4])
    """
    page, rest = divmod(offset, limit)
    return [page + 1] if rest == 0 else [page + 1, page + 2]


def similar(collection: str, typed: str, *, typos: int, but: Sequence[str]) -> Search:
    """Return a search for the products that have a word like the one that was typed."""
    condition = f" && words:!=[{','.join(f'`{word}`' for word in but)}]" if but else ""
    return {
        "collection": collection,
        "q": typed,
        "query_by": "words",
        "filter_by": _THERE + condition,
        "prefix": "false",
        # A letter that is not ASCII has two bytes, which Typesense counts.
        "num_typos": typos if typed.isascii() else 2,
        "min_len_1typo": 1,
        "min_len_2typo": 1,
        "typo_tokens_threshold": MAX_PER_PAGE,
        "drop_tokens_threshold": 0,
        "max_candidates": MAX_PER_PAGE,
        "per_page": MAX_PER_PAGE,
        "include_fields": "style_code,brand,model,colorway",
        "highlight_fields": "none",
        "highlight_full_fields": "none",
    }


def documents_in(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documents that a search found."""
    return [hit["document"] for hit in result["hits"]]


def facets_in(result: Mapping[str, Any]) -> SearchFacets:
    """Return the facets that a search counted."""
    counted = {
        facet["field_name"]: {each["value"]: each["count"] for each in facet["counts"]}
        for facet in result["facet_counts"]
    }
    brands, sizes, years, prices = (counted.get(name, {}) for name in _FACETS)
    return facets_of(
        {brand_of(code): count for code, count in brands.items()},
        {Size(size): count for size, count in sizes.items()},
        {int(year): count for year, count in years.items()},
        {int(bucket): count for bucket, count in prices.items()},
    )


def _within(number: int, most: int) -> int:
    return max(-most, min(number, most))
