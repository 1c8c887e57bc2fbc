"""Products and sales from elsewhere, as files have them, and what became of each."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from .ids import OrderId, ProductId
from .market import Size
from .money import Cents
from .text import words_of

MADE = "MADE-"
"""Begins a style code that was made from a name, because nobody knows the maker's."""
SIZES = tuple(Size(f"{half / 2:g}") for half in range(7, 37))
"""The sizes of a product that a file describes, which are unknown: 3.5 to 18."""

_LONGEST_SLUG = 26
_MILLISECOND = 1_000


@dataclass(frozen=True, slots=True)
class GivenProduct:
    """A product of a file. `retail_price` is in minor units."""

    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: Cents
    release_date: date


@dataclass(frozen=True, slots=True)
class GivenSale:
    """A sale of a file, of a new pair, at a price in minor units.

    `number` counts, from 0, those of a file that are equal in everything else.
    """

    style_code: str
    size: Size
    price: Cents
    sold_at: datetime
    number: int


class Taken(StrEnum):
    """What became of a row that can be imported."""

    NEW = "new"
    KNOWN = "known"
    """It was there already."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a row was not imported."""

    reason: str


@lru_cache(4_096)  # files repeat names
def made_style_code(name: str) -> str:
    """Return a style code for a name, equal for all its spellings.

    >>> made_style_code("Adidas-Yeezy-Boost-350-Low-V2-Beluga")
    'MADE-ADIDAS-YEEZY-BOOST-350-LOW-7BFD8BCD'
    >>> made_style_code("adidas Yeezy Boost 350 Low V2 BELUGA") == made_style_code(
    ...     "Adidas-Yeezy-Boost-350-Low-V2-Beluga"
    ... )
    True
    """
    words = words_of(name)
    slug = "-".join(word.upper() for word in words if word.isascii())
    while len(slug) > _LONGEST_SLUG:
        slug = slug.rpartition("-")[0]
    digest = blake2b(" ".join(words).encode(), digest_size=4).hexdigest().upper()
    return "-".join(part for part in (MADE.rstrip("-"), slug, digest) if part)


def imported_sale_id(product_id: ProductId, sale: GivenSale) -> OrderId:
    """Return the id of an imported sale, under which it is on the tape.

    It is a UUID of version 8, which says that it is imported. It depends on the sale alone, so the
    same sale is imported once, and it sorts by the sale's time among the ids of orders.
    """
    milliseconds = int(sale.sold_at.timestamp() * _MILLISECOND)
    content = f"{product_id} {sale.size} {sale.price} {sale.sold_at.isoformat()} {sale.number}"
    digest = blake2b(content.encode(), digest_size=10).digest()
    number = (milliseconds << 80) | int.from_bytes(digest)
    number &= ~(0xF << 76 | 0x3 << 62)
    # uuid.UUID knows versions up to 5 only, so the bits of version 8 are set here.
    return OrderId(UUID(int=number | 8 << 76 | 2 << 62))


def is_imported(order_id: OrderId) -> bool:
    """Return whether a sale on the tape was imported, so that it has no order."""
    return order_id.version == 8
