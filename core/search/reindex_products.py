"""Rebuild the search index from the store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition, Side
from ...ports.language.money import Cents
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.search import MarketFigures
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from ...ports.tape import TapeReader
from .documents import document_of


@dataclass(frozen=True, slots=True)
class ReindexProducts:
    """Rebuilds the index of all products while the old index serves, then swaps them.

    It may run in another process, and the market goes on without losing updates. It reads the asks
    from the store, because the published books may exist only in the engine's process.
    """

    products: Products
    books: Books
    tape: TapeReader
    search_index: SearchIndex
    clock: Clock

    async def __call__(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Return the number of products. `progress` is called with the number indexed so far.

        Raises Unavailable, and RebuildReplaced if another rebuild starts meanwhile.
        """
        done = 0
        async with self.search_index.rebuild() as rebuild:
            # From here on, changes are written to both indexes, so no later change is missed.
            as_of = self.clock.now()
            asks = await self._lowest_asks()
            sales: Counter[ProductId] = Counter()
            for summary in await self.tape.summaries():
                sales[summary.book.product_id] += summary.sales
            request: PageRequest | None = PageRequest(MAX_PAGE)
            while request is not None:
                page = await self.products.page(request)
                await rebuild.put(
                    [
                        (
                            document_of(product),
                            MarketFigures(asks.get(product.id), sales[product.id], as_of),
                        )
                        for product in page.items
                    ]
                )
                done += len(page.items)
                progress(done)
                request = PageRequest(MAX_PAGE, page.next_cursor) if page.next_cursor else None
        return done

    async def _lowest_asks(self) -> dict[ProductId, Cents]:
        now = self.clock.now()
        lowest: dict[ProductId, Cents] = {}
        # With a single shard, shard 0 has every book.
        async for quote in self.books.resting(0, 1):
            if quote.side is not Side.ASK or quote.book.condition is not Condition.NEW:
                continue
            if quote.expires_at > now:
                product_id = quote.book.product_id
                lowest[product_id] = min(quote.amount, lowest.get(product_id, quote.amount))
        return lowest
