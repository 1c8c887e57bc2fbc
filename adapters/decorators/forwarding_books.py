"""Books that pass every call on. Decorators change what they are about."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

from ...ports.books import Books
from ...ports.language.batch import Batch, Ownership, UnpaidOrders
from ...ports.language.errors import IdempotencyKeyReused
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import BookKey, Match, Quote, Side
from ...ports.language.placement import Placement
from ...ports.language.terms import Terms
from ...ports.language.withdrawals import Withdrawn


class ForwardingBooks(Books):
    """Passes every call on to other books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        await self._books.commit(ownership, batch)

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        return await self._books.take(shard, at, terms=terms)

    async def divide(self, terms: Terms, at: datetime) -> int:
        return await self._books.divide(terms, at)

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        return self._books.resting(shard, shards)

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        return await self._books.resting_in(books)

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        return await self._books.books(shard, shards)

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        return await self._books.waiting(shard, shards)

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        return await self._books.open_quotes(user_ids)

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        return await self._books.standing_of(user_ids)

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        return await self._books.get(quote_ids)

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        return await self._books.matches(match_ids)

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        return await self._books.answered(keys)

    async def withdrawn(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Withdrawn]:
        return await self._books.withdrawn(keys)

    async def standing_halts(self) -> Sequence[Halt]:
        return await self._books.standing_halts()

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        return await self._books.halts(halt_ids)

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        return await self._books.unpaid_orders(buyer_ids)
