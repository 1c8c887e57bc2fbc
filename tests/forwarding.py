"""Ports that pass everything on to another adapter, but for what a test watches or breaks."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from solebook.ports.books import Books
from solebook.ports.event_bus import EventBus
from solebook.ports.language.batch import Batch, Ownership, UnpaidOrders
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import IdempotencyKeyReused
from solebook.ports.language.halts import Halt
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import HaltId, OrderId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Match, Quote, Side
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.placement import Placement
from solebook.ports.language.terms import Terms
from solebook.ports.language.users import TraderStanding
from solebook.ports.language.withdrawals import Withdrawn
from solebook.ports.transaction import Transaction
from solebook.ports.users import Traders


class ForwardingBooks(Books):
    def __init__(self, books: Books) -> None:
        self._books = books

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        return await self._books.take(shard, at, terms=terms)

    async def divide(self, terms: Terms, at: datetime) -> int:
        return await self._books.divide(terms, at)

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        return self._books.resting(shard, shards)

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        return await self._books.resting_in(books)

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

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        return await self._books.books(shard, shards)

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        return await self._books.waiting(shard, shards)

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        return await self._books.open_quotes(user_ids)

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        return await self._books.standing_of(user_ids)

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        return await self._books.unpaid_orders(buyer_ids)

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        await self._books.commit(ownership, batch)


class ForwardingTraders(Traders):
    def __init__(self, traders: Traders) -> None:
        self._traders = traders

    async def standing(self, user_id: UserId) -> TraderStanding:
        return await self._traders.standing(user_id)

    async def barred(
        self, user_ids: Collection[UserId], now: datetime
    ) -> Mapping[UserId, frozenset[Side]]:
        return await self._traders.barred(user_ids, now)


class ForwardingBus(EventBus):
    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        self._bus.subscribe(consumer, here=here)

    async def publish(self, *messages: Message) -> None:
        await self._bus.publish(*messages)

    async def work_off(self, queue: Queue) -> int:
        return await self._bus.work_off(queue)

    async def work(self, queue: Queue) -> None:
        await self._bus.work(queue)


class CountedTransactions(Transaction):
    """Notes how many blocks were opened, those inside of others too."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.count = 0

    def __call__(self) -> AbstractAsyncContextManager[None]:
        self.count += 1
        return self._transaction()

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._transaction.savepoint()

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    def announce(self, call: Callable[[], None]) -> None:
        self._transaction.announce(call)
