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
    """An image of a product. The lowest position comes first."""

    url: str
    position: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product. `retail_price` is in minor units.

    `style_code` is the maker's code. It is unique by its letters and digits.
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
    """It is incremented by every change."""

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
    """A product with the style code of an earlier one, `original_id`.

    New duplicates are refused. This one is from before style codes were compared by letters and
    digits.
    """

    id: ProductId
    style_code: str
    original_id: ProductId
    original_style_code: str


@dataclass(frozen=True, slots=True)
class StockLevel:
    """The number of pairs of one size that are for sale, and of those that are reserved."""

    size: Size
    available: int
    reserved: int

    def __post_init__(self) -> None:
        assert self.available >= 0, self
        assert self.reserved >= 0, self


class ReservationStatus(StrEnum):
    """The state of a reserved unit. Only `reserved` can still change."""

    RESERVED = "reserved"
    CONSUMED = "consumed"
    """Its order was completed. The pair is the buyer's."""
    RELEASED = "released"
    """Its order was cancelled, and the ask is for sale again."""
    REMOVED = "removed"
    """Its order was cancelled, and the pair is no longer for sale."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """One unit of stock (an ask) reserved for one order."""

    order_id: OrderId
    ask_id: QuoteId
    book: BookKey
    status: ReservationStatus
    reserved_at: datetime
