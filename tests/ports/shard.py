"""An engine's hold on a store, for suites that need quotes or orders in it."""

from dataclasses import dataclass, replace

from solebook.composition.adapters import Store
from solebook.ports.language.batch import Batch, OpenedOrder, Ownership
from solebook.ports.language.market import BookKey, Match, Quote

from .records import Records, matched


@dataclass(slots=True)
class Shard:
    """The ownership of one shard, and what can be committed under it."""

    store: Store
    records: Records
    ownership: Ownership

    async def rest(self, *quotes: Quote) -> None:
        """Have quotes in the store."""
        await self.commit(self.records.batch(*quotes))

    async def change(self, *quotes: Quote) -> None:
        """Replace quotes in the store."""
        await self.commit(self.records.batch(changed={quote.id: quote for quote in quotes}))

    async def trade(self, book: BookKey, **match_fields: object) -> OpenedOrder:
        """Have a match and its pending order in the store."""
        match, bid, ask = self.new_match(book, **match_fields)
        opened = self.records.opened(match)
        await self.commit(self.records.batch(bid, ask, matches=[match], opened=[opened]))
        return opened

    def new_match(self, book: BookKey, **match_fields: object) -> tuple[Match, Quote, Quote]:
        """A match of a new bid and a new ask, as they are after it."""
        bid, ask = self.records.bid(book), self.records.ask(book)
        match = self.records.match(bid, ask, **match_fields)
        return match, replace(bid, **matched(bid, match)), replace(ask, **matched(ask, match))

    async def commit(self, batch: Batch) -> None:
        await self.store.books.commit(self.ownership, batch)
