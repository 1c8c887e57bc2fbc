"""Products and their stock."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .errors import SizeNotOffered
from .ids import OrderId, ProductId, QuoteId
from .market import BookKey, Condition, Size, parse_size
from .money import Cents
from .text import spelling_key


@dataclass(frozen=True, slots=True)
class ProductImage:
    """A picture of a product; the lowest position comes first."""

    url: str
    position: int


@dataclass(frozen=True, slots=True)
class Product:
    """A sneaker: `style_code` is its maker's, and unique however it is spelt; `retail_price` is in
    cents.
    """

    id: ProductId
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: Cents
    release_date: date
    sizes: tuple[Size, ...]
    images: tuple[ProductImage, ...]
    created_at: datetime
    version: int = 1
    """Grows by one with every change."""

    @property
    def style_key(self) -> str:
        """The style code's letters and digits, in lower case: one for all its spellings."""
        return spelling_key(self.style_code)

    def book(self, size: str, condition: Condition) -> BookKey:
        """Return its book for a size it is made in. Raises InvalidSize, SizeNotOffered."""
        if (parsed := parse_size(size)) not in self.sizes:
            raise SizeNotOffered(size=size, offered=self.sizes)
        return BookKey(self.id, parsed, condition)


@dataclass(frozen=True, slots=True)
class DoubledProduct:
    """A product that has the style code of another, `original_id`, which was there before it.

    New ones are refused. This is one from before style codes were compared by letters and digits.
    """

    id: ProductId
    style_code: str
    original_id: ProductId
    original_style_code: str


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many pairs of one size can be bought now, and how many are promised to orders."""

    size: Size
    available: int
    reserved: int

    def __post_init__(self) -> None:
        assert self.available >= 0, self
        assert self.reserved >= 0, self


class ReservationStatus(StrEnum):
    """What became of a reserved unit. Only `reserved` can still change."""

    RESERVED = "reserved"
    CONSUMED = "consumed"
    """Its order was completed: the pair is the buyer's."""
    RELEASED = "released"
    """Its order was cancelled and the ask is for sale again."""
    REMOVED = "removed"
    """Its order was cancelled and the pair is not for sale any more."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """One unit of stock (an ask) promised to one order."""

    order_id: OrderId
    ask_id: QuoteId
    book: BookKey
    status: ReservationStatus
    reserved_at: datetime
