"""Public search for products."""

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from ....ports.language.errors import InvalidSize, InvalidText
from ....ports.language.market import parse_size
from ....ports.language.search import (
    MAX_OFFSET,
    MAX_SUGGESTIONS,
    MAX_TEXT,
    SearchFacets,
    SearchFilters,
    SearchHit,
    SearchQuery,
    SearchSort,
    Suggestion,
)
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.paging import DEFAULT_LIMIT, Limit
from ..openapi.documented import PUBLIC_SECURITY, problems, success
from .market import OptionalSizeQuery

Text: TypeAlias = Annotated[
    str,
    QueryParameter(
        max_length=MAX_TEXT,
        description="Words, prefixes of words or a style code. Typos are tolerated. Omit it to "
        "find every product.",
    ),
]
Brand: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=100, description="Only this brand.")
]
MinPrice: TypeAlias = Annotated[
    int | None,
    QueryParameter(ge=0, le=1_000_000_000, description="The minimum lowest ask, in minor units."),
]
MaxPrice: TypeAlias = Annotated[
    int | None,
    QueryParameter(ge=0, le=1_000_000_000, description="The maximum lowest ask, in minor units."),
]
Year: TypeAlias = Annotated[
    int | None, QueryParameter(ge=1, le=9999, description="Only products released in this year.")
]
Sort: TypeAlias = Annotated[
    SearchSort, QueryParameter(description="The sort order. Ties are sorted by number of sales.")
]
Offset: TypeAlias = Annotated[
    int,
    QueryParameter(
        ge=0,
        le=MAX_OFFSET,
        description="The `next_cursor` of the previous page. Omit for the first page.",
    ),
]
Suggestions: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=MAX_SUGGESTIONS, description="The maximum number of products.")
]


class FoundProduct(msgspec.Struct, frozen=True):
    """A product in the search results. Prices are in minor units. `sales` is the number of sales.

    `lowest_ask` is for a new pair in any size. It is updated moments after the market; the market
    of a size has the current value.
    """

    id: UUID
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: int
    release_date: date
    sizes: list[str]
    lowest_ask: int | None
    sales: int


class SearchListing(msgspec.Struct, frozen=True):
    """A page of search results, the total number, and the facets of all results."""

    items: list[FoundProduct]
    next_cursor: int | None
    total: int
    facets: SearchFacets


class SuggestedProduct(msgspec.Struct, frozen=True):
    """A suggested product and its name."""

    id: UUID
    style_code: str
    text: str


class SuggestionListing(msgspec.Struct, frozen=True):
    """Suggested products, most relevant first."""

    items: list[SuggestedProduct]


def found_product(hit: SearchHit) -> FoundProduct:
    """Return a search result as a response."""
    return FoundProduct(
        id=hit.product_id,
        style_code=hit.style_code,
        brand=hit.brand,
        model=hit.model,
        colorway=hit.colorway,
        retail_price=hit.retail_price,
        release_date=hit.release_date,
        sizes=list(hit.sizes),
        lowest_ask=hit.lowest_ask,
        sales=hit.sales,
    )


def suggested_product(suggestion: Suggestion) -> SuggestedProduct:
    """Return a suggestion as a response."""
    return SuggestedProduct(suggestion.product_id, suggestion.style_code, suggestion.text)


def search_filters(
    brand: str | None,
    size: str | None,
    min_price: int | None,
    max_price: int | None,
    year: int | None,
) -> SearchFilters:
    """Return the filters for these parameters. Raises InvalidSize."""
    only = None if size is None else parse_size(size)
    return SearchFilters(brand, only, min_price, max_price, year)


_FACETS = {
    "brands": [{"value": "adidas", "count": 12}],
    "sizes": [{"value": "9", "count": 10}, {"value": "10.5", "count": 12}],
    "years": [{"value": "2017", "count": 12}],
    "prices": [{"minimum": 20_000, "below": 30_000, "count": 12}],
}
_FOUND = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "style_code": "CP9654",
    "brand": "adidas",
    "model": "Yeezy Boost 350 V2",
    "colorway": "Zebra",
    "retail_price": 22_000,
    "release_date": "2017-02-25",
    "sizes": ["9", "10.5"],
    "lowest_ask": 29_000,
    "sales": 42,
}
_SUGGESTED = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "style_code": "CP9654",
    "text": "adidas Yeezy Boost 350 V2 Zebra",
}


class SearchController(Controller):
    """Search."""

    path = "/v1/search"
    tags = ("search",)
    opt = PUBLIC
    security = PUBLIC_SECURITY

    @get(
        summary="Search products",
        responses=success(
            200,
            SearchListing,
            {"items": [_FOUND], "next_cursor": 20, "total": 12, "facets": _FACETS},
        )
        | problems(InvalidText, InvalidSize, public=True),
    )
    async def search(
        self,
        application: App,
        q: Text = "",
        brand: Brand = None,
        size: OptionalSizeQuery = None,
        min_price: MinPrice = None,
        max_price: MaxPrice = None,
        year: Year = None,
        sort: Sort = SearchSort.RELEVANCE,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Offset = 0,
    ) -> SearchListing:
        """Return the products that contain every word of `q`, and their facets.

        Paging ends after the first thousand results. To see more, narrow the search.
        """
        filters = search_filters(brand, size, min_price, max_price, year)
        results = await application.search.search_products(
            SearchQuery(q, filters, sort, limit, cursor)
        )
        return SearchListing(
            items=[found_product(hit) for hit in results.hits],
            next_cursor=results.next_offset,
            total=results.total,
            facets=results.facets,
        )

    @get(
        "/autocomplete",
        summary="Suggest products",
        responses=success(200, SuggestionListing, {"items": [_SUGGESTED]})
        | problems(InvalidText, public=True),
    )
    async def autocomplete(
        self, application: App, q: Text = "", brand: Brand = None, limit: Suggestions = 10
    ) -> SuggestionListing:
        """Suggest products for a partial text. A search for a suggested `text` finds it first."""
        suggestions = await application.search.suggest_products(q, limit, brand)
        return SuggestionListing([suggested_product(suggestion) for suggestion in suggestions])

    @get(
        "/facets",
        summary="Count search results",
        responses=success(200, SearchFacets, _FACETS)
        | problems(InvalidText, InvalidSize, public=True),
    )
    async def view_facets(
        self,
        application: App,
        q: Text = "",
        brand: Brand = None,
        size: OptionalSizeQuery = None,
        min_price: MinPrice = None,
        max_price: MaxPrice = None,
        year: Year = None,
    ) -> SearchFacets:
        """Return the brands, sizes, release years and prices of the products found."""
        filters = search_filters(brand, size, min_price, max_price, year)
        return await application.search.count_facets(SearchQuery(q, filters))
