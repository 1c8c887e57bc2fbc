"""A store for the engine that never waits, for tests that are no coroutines."""

import asyncio
import atexit
from collections import Counter
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from solebook.ports.book_views import BookViews
from solebook.ports.books import Books
from solebook.ports.language.batch import Batch, Ownership, UnpaidOrders
from solebook.ports.language.errors import IdempotencyKeyReused
from solebook.ports.language.halts import Halt
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import HaltId, OrderId, QuoteId, UserId
from solebook.ports.language.market import (
    BookChange,
    BookKey,
    BookView,
    Match,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
)
from solebook.ports.language.placement import Placement
from solebook.ports.language.terms import Terms
from solebook.ports.language.users import TraderStanding
from solebook.ports.language.withdrawals import Withdrawn
from solebook.ports.tenure import Tenure
from solebook.ports.users import Traders

from .folded_views import FoldedViews

T = TypeVar("T")


_loop = asyncio.new_event_loop()
atexit.register(_loop.close)


def at_once(call: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that waits for nothing but its own tasks."""
    return _loop.run_until_complete(call)


@dataclass
class PlainStore(Books, Traders):
    """What an engine committed, and what it must know besides."""

    quotes: dict[QuoteId, Quote] = field(default_factory=dict)
    made: dict[OrderId, Match] = field(default_factory=dict)
    settled: set[OrderId] = field(default_factory=set)
    """Whose orders are paid or cancelled."""
    answered_orders: set[OrderId] = field(default_factory=set)
    barred_users: dict[UserId, frozenset[Side]] = field(default_factory=dict)
    all_halts: dict[HaltId, Halt] = field(default_factory=dict)
    """All halts, including ended ones."""
    sequence: int = 0

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        return Ownership(shard, 1, self.sequence)

    async def divide(self, terms: Terms, at: datetime) -> int:
        raise NotImplementedError

    def all_standing(self) -> list[Quote]:
        standing = [q for q in self.quotes.values() if q.status.stands]
        return sorted(standing, key=lambda quote: quote.sequence)

    async def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        for quote in self.all_standing():
            yield quote

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        return [quote for quote in self.all_standing() if quote.book in books]

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        return Counter(q.book for q in self.all_standing() if q.status is QuoteStatus.ACTIVE)

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        return [quote for quote in self.all_standing() if quote.status is QuoteStatus.WAITING]

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        return Counter((q.user_id, q.side) for q in self.all_standing() if q.user_id in user_ids)

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        return [quote for quote in self.all_standing() if quote.user_id in user_ids]

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        return {i: self.quotes[i] for i in quote_ids if i in self.quotes}

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        return {i: self.made[i] for i in match_ids if i in self.made}

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        return {}

    async def withdrawn(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Withdrawn]:
        return {}

    async def standing_halts(self) -> Sequence[Halt]:
        return [halt for halt in self.all_halts.values() if halt.stands]

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        return {i: self.all_halts[i] for i in halt_ids if i in self.all_halts}

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        pending = [match for match in self.made.values() if match.id not in self.settled]
        unpaid = Counter(match.buyer_id for match in pending)
        answered = Counter(m.buyer_id for m in pending if m.id in self.answered_orders)
        return {b: UnpaidOrders(unpaid[b], answered[b]) for b in buyer_ids if b in unpaid}

    async def standing(self, user_id: UserId) -> TraderStanding:
        raise NotImplementedError

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        return {u: s for u, s in self.barred_users.items() if s and u in user_ids}

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        self.sequence = batch.sequence
        assert not batch.added.keys() & batch.changed.keys()
        assert not batch.added.keys() & self.quotes.keys()
        assert batch.changed.keys() <= self.quotes.keys()
        self.quotes |= batch.added | batch.changed
        self.all_halts |= batch.halts
        for match_id in batch.unwound:
            match = self.made[match_id]
            assert match.status is MatchStatus.OPEN, "a match is unwound once"
            self.made[match_id] = replace(match, status=MatchStatus.UNWOUND)
        self.made |= {match.id: match for match in batch.matches}


class PlainViews(BookViews):
    """The folded publications."""

    def __init__(self) -> None:
        self.folded = FoldedViews()

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        self.folded = FoldedViews(seqs=self.folded.seqs)

    async def end(self, shard: int, shards: int) -> None:
        raise NotImplementedError

    async def publish(self, view: BookView) -> None:
        self.folded.tell(view)

    async def apply(self, change: BookChange) -> None:
        self.folded.tell(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        """Nothing: who looks knows what is loaded."""

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        """Nothing: halts are compared with the shard's."""

    async def get(self, book: BookKey, depth: int) -> BookView:
        raise NotImplementedError

    async def best(self, books: list[BookKey]) -> list[BookView]:
        raise NotImplementedError
