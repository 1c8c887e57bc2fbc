"""Update the market figures of a product in the search index."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from ...ports.clock import Clock
from ...ports.language.events import (
    LowestAskChanged,
    OrderAuthFailed,
    OrderCancelled,
    OrderConfirmed,
    OrderRefundGranted,
)
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition
from ...ports.language.money import Cents
from ...ports.orders import Orders
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from .market_figures import ReadFigures


@dataclass(slots=True, weakref_slot=True)
class _Round:
    """The events of one product that are under way at the same time."""

    as_of: datetime | None = None
    """The instant of the figures that one of them wrote last."""


@dataclass(frozen=True, slots=True)
class UpdateFigures:
    """Updates a product's lowest ask and sales in the index.

    It does so if a sale is made or voided, or if the lowest ask of a new pair changes. It reads the
    current figures instead of counting events, so a duplicate or late event is harmless. It ignores
    a change of one size that stays above the product's lowest ask. `products` must bypass the
    cache, which may not have a new size yet.

    Events that wait for their turn to write a product share the figures that are read next.
    """

    orders: Orders
    products: Products
    search_index: SearchIndex
    read_figures: ReadFigures
    clock: Clock
    _rounds: WeakValueDictionary[ProductId, _Round] = field(
        default_factory=WeakValueDictionary, init=False, compare=False
    )

    async def __call__(
        self,
        event: OrderConfirmed
        | OrderCancelled
        | OrderAuthFailed
        | OrderRefundGranted
        | LowestAskChanged,
    ) -> None:
        """Update the figures of the event's product. Raises Unavailable."""
        if isinstance(event, OrderAuthFailed | OrderRefundGranted):
            book = (await self.orders.get(event.order_id)).book
        else:
            book = event.book
        heard_at, this_round = self.clock.now(), self._round_of(book.product_id)
        async with self.search_index.writing(book.product_id):
            if this_round.as_of is None:
                await asyncio.sleep(0)  # what is handled at the same time joins this round
                this_round.as_of = await self.search_index.figures_as_of(book.product_id)
            if this_round.as_of is not None and this_round.as_of > heard_at:
                return
            product = await self.products.get(book.product_id)
            figures = await self.read_figures(product)
            if isinstance(event, LowestAskChanged) and not _affects(event, figures.lowest_ask):
                return
            await self.search_index.put_figures(product.id, figures)
            this_round.as_of = figures.as_of

    def _round_of(self, product_id: ProductId) -> _Round:
        found = self._rounds.get(product_id)
        if found is None:
            found = self._rounds[product_id] = _Round()
        return found


def _affects(event: LowestAskChanged, lowest_ask: Cents | None) -> bool:
    """Return whether the change may have led to the product's present lowest ask.

    If not, that ask is in another book, whose own changes update the index.
    """
    if event.book.condition is not Condition.NEW:
        return False
    prices = [price for price in (event.before, event.lowest_ask) if price is not None]
    return lowest_ask is None or min(prices) <= lowest_ask
