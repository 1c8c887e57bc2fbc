"""SearchService: products by words, with facets."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from ...ports.language.api_tokens import KeyScope
from ...ports.language.paging import MAX_PAGE
from ...ports.language.search import (
    MAX_OFFSET,
    MAX_SUGGESTIONS,
    MAX_TEXT,
    SearchFacets,
    SearchFilters,
    SearchQuery,
    SearchSort,
)
from ..http.routes.search import (
    SearchListing,
    SuggestionListing,
    found_product,
    search_filters,
    suggested_product,
)
from .rpc import Context, Who, rpc
from .shapes import Size

Words: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT)]
Price: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class FacetsQuestion(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Words of a search, and filters. Prices are the lowest ask in minor units."""

    q: Words = ""
    brand: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    size: Size | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    year: Annotated[int, Meta(ge=1, le=9999)] | None = None

    @property
    def filters(self) -> SearchFilters:
        """The filters. Raises InvalidSize."""
        return search_filters(self.brand, self.size, self.min_price, self.max_price, self.year)


class Searching(FacetsQuestion, forbid_unknown_fields=True, kw_only=True):
    """A search, and which of its results. `cursor` is the `next_cursor` of the page before."""

    sort: SearchSort = SearchSort.RELEVANCE
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 20
    cursor: Annotated[int, Meta(ge=0, le=MAX_OFFSET)] = 0


class BeginningOfWords(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A partial text, how many products to suggest for it, and of which brand."""

    q: Words = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_SUGGESTIONS)] = 10
    brand: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


async def search(context: Context, request: Searching) -> SearchListing:
    """Return the products that contain every word, and their facets."""
    query = SearchQuery(request.q, request.filters, request.sort, request.limit, request.cursor)
    results = await context.application.search.search_products(query)
    return SearchListing(
        items=[found_product(hit) for hit in results.hits],
        next_cursor=results.next_offset,
        total=results.total,
        facets=results.facets,
    )


async def autocomplete(context: Context, request: BeginningOfWords) -> SuggestionListing:
    """Suggest products for a partial text."""
    found = await context.application.search.suggest_products(
        request.q, request.limit, request.brand
    )
    return SuggestionListing([suggested_product(suggestion) for suggestion in found])


async def get_facets(context: Context, request: FacetsQuestion) -> SearchFacets:
    """Return the brands, sizes, release years and prices of the products found."""
    return await context.application.search.count_facets(SearchQuery(request.q, request.filters))


_NAME = "SearchService"
RPCS = (
    rpc(_NAME, "Search", search, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "Autocomplete", autocomplete, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "GetFacets", get_facets, Who.ANYBODY, key_scope=KeyScope.READ),
)
