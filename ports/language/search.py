"""The words of searching: documents, queries, and what is found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .errors import InvalidText, OutOfRange
from .ids import ProductId
from .market import Size
from .money import Cents
from .paging import MAX_PAGE
from .text import check_text, words_of

MAX_TEXT = 100
"""The most characters that somebody may search for."""
MAX_WORDS = 10
MAX_OFFSET = 1_000
"""How far one can go on through what a search finds: who wants more of it searches better."""
MAX_SUGGESTIONS = 20
PRICE_BOUNDS: tuple[Cents, ...] = (0, 10_000, 20_000, 30_000, 50_000, 100_000)
"""Where the price buckets begin, in cents; each ends where the next begins, the last nowhere."""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A product as it is searched for; of two, the one of the higher `version` is later."""

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
    """What changes about a product with every trade, as of an instant.

    `lowest_ask` is the lowest price in cents at which a new pair can be bought in any size, and
    `sales` how many were sold. `as_of` is before both were read, so of two readings the one with
    the later `as_of` knows more.
    """

    lowest_ask: Cents | None
    sales: int
    as_of: datetime


class SearchSort(StrEnum):
    """In which order products are listed; among equals, those traded most and then the newest."""

    RELEVANCE = "relevance"
    """The style code that was typed, then what has every word as typed, then the rest."""
    PRICE_ASC = "price_asc"
    """By lowest ask; what nobody sells comes last."""
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    """By release date."""
    MOST_TRADED = "most_traded"


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What every product that is found must have; prices in cents are of the lowest ask."""

    brand: str | None = None
    size: Size | None = None
    min_price: Cents | None = None
    max_price: Cents | None = None
    year: int | None = None
    """Of the release."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Asks for `limit` products from number `offset` on; an empty `text` is every product.

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
    """Return what somebody searches for, without white space around it. Raises InvalidText."""
    checked = check_text("q", text, max_length=MAX_TEXT, min_length=0)
    if len(words_of(checked)) > MAX_WORDS:
        raise InvalidText(field="q", problem=f"has more than {MAX_WORDS} words")
    return checked


def _check_range(field: str, value: int, minimum: int, maximum: int) -> None:
    if not minimum <= value <= maximum:
        raise OutOfRange(field=field, value=value, minimum=minimum, maximum=maximum)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A product that was found, with its figures as the index knows them."""

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
    """How many of the products found have one value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class PriceCount:
    """How many have a lowest ask from `minimum` to below `below` cents (None: without end)."""

    minimum: Cents
    below: Cents | None
    count: int


@dataclass(frozen=True, slots=True)
class SearchFacets:
    """What is found, counted by brand (most first), size, release year (newest first) and price.

    Values that nothing has are left out.
    """

    brands: tuple[FacetCount, ...]
    sizes: tuple[FacetCount, ...]
    years: tuple[FacetCount, ...]
    prices: tuple[PriceCount, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A part of what is found, how much it is in `total`, and where the next part begins."""

    hits: tuple[SearchHit, ...]
    total: int
    facets: SearchFacets
    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that somebody may be about to type."""

    product_id: ProductId
    style_code: str
    text: str
