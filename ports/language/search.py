"""Search documents, queries and results."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .errors import OutOfRange
from .ids import ProductId
from .market import Size
from .money import Cents
from .paging import MAX_PAGE
from .text import check_text
from .visible import without_hidden

MAX_TEXT = 350
"""The maximum length of a query. A product's names and style code fit, so any can be pasted."""
MAX_OFFSET = 1_000
"""The maximum offset of a page of results. To see more, narrow the search."""
MAX_SUGGESTIONS = 20
PRICE_BOUNDS: tuple[Cents, ...] = (0, 10_000, 20_000, 30_000, 50_000, 100_000)
"""The start of each price bucket, in minor units of any currency.

Each ends where the next begins; the last has no end.
"""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A product in the index. A higher `version` is later."""

    product_id: ProductId
    version: int
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: Cents
    release_date: date
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """The figures of a product that change with the market, as of an instant.

    `lowest_ask` is the lowest price for a new pair in any size, and `sales` is the number of sales.
    `as_of` is before both were read, so the figures with the later `as_of` are newer.
    """

    lowest_ask: Cents | None
    sales: int
    as_of: datetime


class SearchSort(StrEnum):
    """The sort order. Ties are sorted by number of sales, then newest first."""

    RELEVANCE = "relevance"
    """An exact style code or whole name first, then every word as typed, then the rest."""
    PRICE_ASC = "price_asc"
    """By lowest ask. Products without asks come last."""
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    """By release date."""
    MOST_TRADED = "most_traded"


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Filters of a search. Prices in minor units apply to the lowest ask."""

    brand: str | None = None
    size: Size | None = None
    min_price: Cents | None = None
    max_price: Cents | None = None
    year: int | None = None
    """The release year."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Requests `limit` products from `offset` on. An empty `text` finds every product.

    Raises InvalidText, OutOfRange.
    """

    text: str = ""
    filters: SearchFilters = SearchFilters()
    sort: SearchSort = SearchSort.RELEVANCE
    limit: int = 20
    offset: int = 0

    def __post_init__(self) -> None:
        check_search_text(self.text)
        _check_range("limit", self.limit, 1, MAX_PAGE)
        _check_range("offset", self.offset, 0, MAX_OFFSET)


def check_search_text(text: str) -> str:
    """Return the query without surrounding white space. Raises InvalidText."""
    return check_text("q", without_hidden(text), max_length=MAX_TEXT, min_length=0)


def _check_range(field: str, value: int, minimum: int, maximum: int) -> None:
    if not minimum <= value <= maximum:
        raise OutOfRange(field=field, value=value, minimum=minimum, maximum=maximum)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A search result, with the figures that the index has."""

    product_id: ProductId
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: Cents
    release_date: date
    sizes: tuple[Size, ...]
    lowest_ask: Cents | None
    sales: int


@dataclass(frozen=True, slots=True)
class FacetCount:
    """The number of results with one value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class PriceCount:
    """The number of results with a lowest ask from `minimum` to below `below` (None: no end)."""

    minimum: Cents
    below: Cents | None
    count: int


@dataclass(frozen=True, slots=True)
class SearchFacets:
    """The results counted by brand (most first), size, release year (newest first) and price.

    Values without results are omitted.
    """

    brands: tuple[FacetCount, ...]
    sizes: tuple[FacetCount, ...]
    years: tuple[FacetCount, ...]
    prices: tuple[PriceCount, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of results, the total number, and the offset of the next page."""

    hits: tuple[SearchHit, ...]
    total: int
    facets: SearchFacets
    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested product. A search for its text finds it first."""

    product_id: ProductId
    style_code: str
    text: str
