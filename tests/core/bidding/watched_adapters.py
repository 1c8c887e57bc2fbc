"""The engine's in-memory adapters, observed, and failing on request."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from solebook.adapters.decorators.forwarding_books import ForwardingBooks
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.ports.book_views import BookViews, StoredBooks
from solebook.ports.books import Books
from solebook.ports.language.batch import Batch, Ownership, UnpaidOrders
from solebook.ports.language.errors import IdempotencyKeyReused, Unavailable
from solebook.ports.language.halts import Halt
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import OrderId, QuoteId, UserId
from solebook.ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    Match,
    Quote,
    Side,
    shard_of,
)
from solebook.ports.language.placement import Placement
from solebook.ports.tenure import Tenure
from solebook.ports.users import Traders

from ...forwarding import ForwardingTraders
from .folded_views import FoldedViews

UNAVAILABLE = Unavailable(what="the store")


class WatchedBooks(ForwardingBooks):
    """Counts commits, holds them back, and fails some: before or after they took effect."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.commits: list[Batch] = []
        self.committing = asyncio.Event()
        """Set once a commit was asked for."""
        self.may_commit = asyncio.Event()
        """Commits wait for it."""
        self.may_commit.set()
        self.failures: list[Exception] = []
        """What the next commits raise instead of having an effect."""
        self.late_failures: list[Exception] = []
        """What the next commits raise after they had their effect."""
        self.readings: list[str] = []
        """What was read for batches of commands, by the names of the calls."""
        self.buyers_read: list[tuple[UserId, ...]] = []
        """Of whom it was read how many orders they have not paid."""
        self.read_failures: list[Exception] = []
        """What the next readings of some books raise."""
        self.loaded: set[BookKey] = set()
        """The books that were read."""
        self.held_back: asyncio.Event | None = None
        """What the next reading of books waits for before it is answered."""

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        self.readings.append("get")
        return await super().get(quote_ids)

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        self.readings.append("matches")
        return await super().matches(match_ids)

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        self.readings.append("answered")
        return await super().answered(keys)

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        self.readings.append("unpaid_orders")
        self.buyers_read.append(tuple(buyer_ids))
        return await super().unpaid_orders(buyer_ids)

    async def standing_halts(self) -> Sequence[Halt]:
        _raise_next(self.read_failures)
        return await super().standing_halts()

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        self.readings.append("resting_in")
        _raise_next(self.read_failures)
        found = await super().resting_in(books)
        self.loaded |= {*books}
        if self.held_back is not None:
            held_back, self.held_back = self.held_back, None
            await held_back.wait()
        return found

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        self.committing.set()
        await self.may_commit.wait()
        _raise_next(self.failures)
        await super().commit(ownership, batch)
        self.commits.append(batch)
        _raise_next(self.late_failures)


class WatchedTraders(ForwardingTraders):
    """Bars users from single sides."""

    def __init__(self, traders: Traders) -> None:
        super().__init__(traders)
        self._barred: dict[UserId, frozenset[Side]] = {}
        self.readings = 0
        """How often the engine asked who is barred."""

    def bar(self, user_id: UserId, *sides: Side) -> None:
        self._barred[user_id] = frozenset(sides)

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        self.readings += 1
        found = await super().barred(user_ids, now)
        return {**{u: s for u, s in self._barred.items() if u in user_ids}, **found}


class WatchedViews(BookViews):
    """Folds every publication as a subscriber would, and fails some."""

    def __init__(self, stored: StoredBooks | None = None) -> None:
        self._views = MemoryBookViews(stored)
        self.may_tell = asyncio.Event()
        """Whoever tells or asks waits for it."""
        self.may_tell.set()
        self.folded = FoldedViews()
        self.told: list[BookView | BookChange] = []
        self.calls = 0
        """How often anything was told or asked, also in vain."""
        self.are_away = False
        """Whether nobody can be told anything."""
        self.failures: list[Exception] = []
        """What the next calls raise instead of having an effect."""

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        await self._reach()
        others = {
            k: v for k, v in self.folded.quantities.items() if shard_of(k[0], shards) != shard
        }
        self.folded = FoldedViews(self.folded.seqs, others)
        await self._views.begin(shard, shards, seq, tenure, epoch=epoch)

    async def end(self, shard: int, shards: int) -> None:
        await self._reach()
        await self._views.end(shard, shards)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._reach()
        await self._views.complete(shard, shards, seq)

    async def publish(self, view: BookView) -> None:
        await self._reach()
        self._note(view)
        await self._views.publish(view)

    async def apply(self, change: BookChange) -> None:
        await self._reach()
        self._note(change)
        await self._views.apply(change)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._reach()
        await self._views.show_halts(halts, shard=shard, shards=shards)

    async def get(self, book: BookKey, depth: int) -> BookView:
        return await self._views.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self._views.best(books)

    def show_what_is_stored(self, stored: StoredBooks) -> None:
        """Show books that are not published as they are stored."""
        self._views = MemoryBookViews(stored)

    async def _reach(self) -> None:
        self.calls += 1
        await self.may_tell.wait()
        if self.are_away:
            raise Unavailable(what="the views")
        _raise_next(self.failures)

    def _note(self, publication: BookView | BookChange) -> None:
        self.folded.tell(publication)
        self.told.append(publication)


def _raise_next(failures: list[Exception]) -> None:
    if failures:
        raise failures.pop(0)
