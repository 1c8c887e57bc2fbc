"""The page of the market: search with filters."""

from typing import Annotated, TypeAlias
from urllib.parse import urlencode

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from ....ports.language.errors import InvalidText, OutOfRange
from ....ports.language.market import parse_size
from ....ports.language.search import MAX_OFFSET, MAX_TEXT, SearchFilters, SearchQuery, SearchSort
from ...http.edge.injected import App
from ..pages import ThePage
from .placeholder import hue_of

_A_PAGE = 24

Text: TypeAlias = Annotated[str, QueryParameter(max_length=MAX_TEXT)]
Choice: TypeAlias = Annotated[str, QueryParameter(max_length=100)]
Sort: TypeAlias = Annotated[SearchSort, QueryParameter()]
Start: TypeAlias = Annotated[int, QueryParameter(name="from", ge=0, le=MAX_OFFSET)]


class MarketPages(Controller):
    """The market."""

    @get("/")
    async def view_market(
        self,
        page: ThePage,
        application: App,
        q: Text = "",
        brand: Choice = "",
        size: Choice = "",
        price: Choice = "",
        year: Choice = "",
        sort: Sort = SearchSort.RELEVANCE,
        start: Start = 0,
    ) -> Response[bytes]:
        """Show the products that a visitor looks for, and what to narrow the search by."""
        chosen = {"q": q, "brand": brand, "size": size, "price": price, "year": year}
        usual = SearchSort.RELEVANCE if q else SearchSort.MOST_TRADED
        if sort is SearchSort.RELEVANCE:
            sort = usual
        chosen["sort"] = "" if sort is usual else sort
        results = await application.search.search_products(
            SearchQuery(q, _filters(brand, size, price, year), sort, _A_PAGE, start)
        )
        return page.shows(
            "market/market",
            results=results,
            chosen=chosen,
            sort=sort,
            sorts=[each for each in SearchSort if q or each is not SearchSort.RELEVANCE],
            start=start,
            page_size=_A_PAGE,
            hue_of=hue_of,
            query=lambda first: urlencode(
                {name: text for name, text in (chosen | {"from": first}).items() if text}
            ),
        )


def _filters(brand: str, size: str, price: str, year: str) -> SearchFilters:
    """Return what was chosen. Prices are like `10000-20000`.

    Raises InvalidSize, InvalidText, OutOfRange.
    """
    minimum, _, below = price.partition("-")
    least, end = _number("price", minimum), _number("price", below)
    return SearchFilters(
        brand or None,
        parse_size(size) if size else None,
        least,
        None if end is None else max(0, end - 1),
        _number("year", year, 9_999),
    )


def _number(field: str, text: str, most: int = 1_000_000_000) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise InvalidText(field=field, problem="is not a number")
    number = int(text)
    if number > most:
        raise OutOfRange(field=field, value=number, minimum=0, maximum=most)
    return number
