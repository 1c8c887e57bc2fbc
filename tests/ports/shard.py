"""An engine's shard, for suites that need quotes or orders in a store."""

from dataclasses import dataclass, replace

from solebook.composition.adapters import Store
from solebook.ports.language.batch import Batch, OpenedOrder, Ownership
from solebook.ports.language.market import BookKey, Match, Quote

from .records import Records, matched


@dataclass(slots=True)
class Shard:
    """The ownership of a shard, and helpers that commit batches to it."""

    store: Store
    records: Records
    ownership: Ownership

    async def rest(self, *quotes: Quote) -> None:
        """Store quotes."""
        await self.commit(self.records.batch(*quotes))

    async def change(self, *quotes: Quote) -> None:
        """Replace quotes in the store."""
        await self.commit(self.records.batch(changed={quote.id: quote for quote in quotes}))

    async def trade(self, book: BookKey, **match_fields: object) -> OpenedOrder:
        """Store a match and its pending order."""
        match, bid, ask = self.new_match(book, **match_fields)
        opened = self.records.opened(match)
        await self.commit(self.records.batch(bid, ask, matches=[match], opened=[opened]))
        return opened

    def new_match(self, book: BookKey, **match_fields: object) -> tuple[Match, Quote, Quote]:
        """Return a match of a new bid and a new ask, with their state after it."""
        bid, ask = self.records.bid(book), self.records.ask(book)
        match = self.records.match(bid, ask, **match_fields)
        return match, replace(bid, **matched(bid, match)), replace(ask, **matched(ask, match))

    async def commit(self, batch: Batch) -> None:
        await self.store.books.commit(self.ownership, batch)
