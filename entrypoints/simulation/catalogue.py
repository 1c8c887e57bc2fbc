"""The products of a simulated market and their books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from ...composition.application import Application
from ...ports.language.market import BookKey, Size
from ...ports.language.users import OPERATOR
from .sneakers import Sneaker, fair_values

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TradedBook:
    """A book, its product's name, and the fair value of a pair in each hour, in minor units."""

    key: BookKey
    product: str
    fair_values: Sequence[float]

    def fair_value(self, after: timedelta) -> float:
        """Return the fair value of a pair at a time after the market opened, in minor units."""
        return self.fair_values[after // _HOUR]


async def create_books(
    app: Application, sneakers: Sequence[Sneaker], *, days: int, seed: int
) -> tuple[TradedBook, ...]:
    """Create the products and return the book of each size."""
    books: list[TradedBook] = []
    for number, sneaker in enumerate(sneakers, 1):
        product = await app.catalog.create_product(
            OPERATOR,
            style_code=f"SIM-{number}",
            brand="Simulated",
            model=sneaker.name,
            colorway="any",
            retail_price=sneaker.fair_value,
            release_date=app.adapters.clock.now().date(),
            sizes=sneaker.sizes,
            images=(),
        )
        values = fair_values(sneaker, days, Random(f"{seed}:{sneaker.name}"))
        books += [
            TradedBook(BookKey(product.id, Size(size)), sneaker.name, values)
            for size in sneaker.sizes
        ]
    return tuple(books)
