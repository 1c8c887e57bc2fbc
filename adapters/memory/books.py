"""The matching engine's store, in memory."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ...ports.books import Books
from ...ports.clock import Clock
from ...ports.language.batch import Batch, Ownership, UnpaidOrders
from ...ports.language.errors import IdempotencyKeyReused, ShardLost
from ...ports.language.halts import Halt
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ...ports.language.market import (
    BookKey,
    Match,
    MatchStatus,
    Quote,
    QuoteStatus,
    Side,
    shard_of,
)
from ...ports.language.placement import Placement
from ...ports.language.terms import Terms, check_currency
from ...ports.language.withdrawals import Withdrawn
from .database import MemoryAdapter, MemoryDatabase
from .deadlines import MemoryDeadlines
from .destinations import MemoryDestinations
from .exchange_terms import MemoryExchangeTerms
from .idempotency_keys import committed_placement
from .orders import MemoryOrders
from .outbox import MemoryOutbox
from .payments import MemoryPayments
from .tables import Answer, ShardState, day_of, drop_if_empty


class MemoryBooks(MemoryAdapter, Books):
    """Writes quotes and matches, and through other adapters the orders that matches open."""

    def __init__(
        self,
        database: MemoryDatabase,
        *,
        orders: MemoryOrders,
        destinations: MemoryDestinations,
        payments: MemoryPayments,
        deadlines: MemoryDeadlines,
        outbox: MemoryOutbox,
        clock: Clock,
    ) -> None:
        super().__init__(database)
        self._orders = orders
        self._destinations = destinations
        self._payments = payments
        self._deadlines = deadlines
        self._outbox = outbox
        self._exchange_terms = MemoryExchangeTerms(database)
        self._clock = clock

    # ---- reading -------------------------------------------------------------------------

    async def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        with await self._database.reading():
            books = self._tables.standing_in_book
            quotes = self._resting_in([b for b in books if shard_of(b, shards) == shard])
        for quote in quotes:
            yield quote

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        with await self._database.reading():
            return self._resting_in(books)

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        with await self._database.reading():
            quotes = self._resting_in(
                [b for b in self._tables.standing_in_book if shard_of(b, shards) == shard]
            )
        return Counter(quote.book for quote in quotes if quote.status is QuoteStatus.ACTIVE)

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        return [
            quote
            async for quote in self.resting(shard, shards)
            if quote.status is QuoteStatus.WAITING
        ]

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        standing = self._tables.standing_of_user
        with await self._database.reading():
            counts = {
                (user_id, side): len(standing.get((user_id, side), ()))
                for user_id in user_ids
                for side in Side
            }
        return {of: count for of, count in counts.items() if count}

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        of_user, quotes = self._tables.standing_of_user, self._tables.quotes
        with await self._database.reading():
            standing = [
                quotes[quote_id]
                for user_id in dict.fromkeys(user_ids)
                for side in Side
                for quote_id in of_user.get((user_id, side), ())
            ]
        return sorted(standing, key=lambda quote: quote.sequence)

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        quotes, ended = self._tables.quotes, self._tables.ended_quotes
        with await self._database.reading():
            found = ((i, quotes.get(i) or ended.get(i)) for i in quote_ids)
            return {i: quote for i, quote in found if quote is not None}

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        matches = self._tables.matches
        with await self._database.reading():
            return {i: matches[i] for i in match_ids if i in matches}

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        with await self._database.reading():
            found = {key: committed_placement(self._tables, key) for key in keys}
        return {key: answer for key, answer in found.items() if answer is not None}

    async def withdrawn(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Withdrawn]:
        with await self._database.reading():
            found = {key: self._tables.answers.get(key.name) for key in keys}
        contents = {key: answer.content for key, answer in found.items() if answer is not None}
        return {key: done for key, done in contents.items() if isinstance(done, Withdrawn)}

    async def standing_halts(self) -> Sequence[Halt]:
        with await self._database.reading():
            return [halt for halt in self._tables.halts.values() if halt.stands]

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        halts = self._tables.halts
        with await self._database.reading():
            return {i: halts[i] for i in halt_ids if i in halts}

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        with await self._database.reading():
            pending = {b: self._tables.pending_of_buyer.get(b, ()) for b in buyer_ids}
            return {b: self._unpaid(orders) for b, orders in pending.items() if orders}

    def _unpaid(self, orders: Collection[OrderId]) -> UnpaidOrders:
        payments = [self._tables.payments.get(order_id) for order_id in orders]
        answered = [p for p in payments if p is not None and p.answered_at is not None]
        return UnpaidOrders(len(orders), len(answered))

    def _resting_in(self, books: Collection[BookKey]) -> list[Quote]:
        resting = [
            self._tables.quotes[quote_id]
            for book in dict.fromkeys(books)
            for quote_id in self._tables.standing_in_book.get(book, ())
        ]
        resting.sort(key=lambda quote: quote.sequence)
        return resting

    # ---- writing -------------------------------------------------------------------------

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        async with self._database():
            await self._database.writing()
            if terms is not None:
                (await self._exchange_terms.agree(terms)).check(terms)
            state = self._tables.shards.get(shard, ShardState())
            taken = replace(state, epoch=state.epoch + 1)
            self._database.put(self._tables.shards, shard, taken)
            newest = max(self._tables.matches, default=None)
            last = None if newest is None else self._tables.matches[newest].matched_at
        return Ownership(shard, taken.epoch, taken.sequence, last)

    async def divide(self, terms: Terms, at: datetime) -> int:
        await self._database.writing()
        before = await self._exchange_terms.agree(Terms(terms.currency))
        check_currency(before, terms.currency)
        self._database.put(self._tables.exchange_terms, None, terms)
        states = dict(self._tables.shards)
        for shard in states:
            self._database.remove(self._tables.shards, shard)
        if states:
            epoch = max(state.epoch for state in states.values()) + 1
            last = max(state.sequence for state in states.values())
            for shard in range(terms.shards):
                self._database.put(self._tables.shards, shard, ShardState(epoch, last))
        return before.shards

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        async with self._database():
            await self._database.writing()
            state = self._tables.shards.get(ownership.shard, ShardState())
            if state.epoch != ownership.epoch:
                raise ShardLost(shard=ownership.shard)
            assert batch.after is None or state.sequence <= batch.after, "a batch came too late"
            self._database.put(
                self._tables.shards, ownership.shard, replace(state, sequence=batch.sequence)
            )
            for quote in batch.added.values():
                self._add(quote)
            for quote in batch.changed.values():
                self._change(quote)
            # An ask may be unwound and matched again in one batch: remove its old match first.
            for match_id in batch.unwound:
                self._unwind(match_id)
            for match in batch.matches:
                self._match(match)
            for halt in batch.halts.values():
                self._database.put(self._tables.halts, halt.id, halt)
            answers: dict[IdempotencyKey, Placement | Withdrawn] = {**batch.answers}
            for key, content in (answers | batch.withdrawals).items():
                answer = Answer(key.request, content, self._clock.now())
                self._database.put(self._tables.answers, key.name, answer)
            for opened in batch.opened:
                await self._orders.insert(opened.order, opened.history)
                if opened.destination is not None:
                    await self._destinations.insert(opened.order.id, opened.destination)
                await self._payments.open_or_lock(opened.payment)
                for deadline in opened.deadlines:
                    trace = batch.traces.get(str(opened.order.id))
                    await self._deadlines.set(replace(deadline, trace=trace))
                await self._outbox.add_all(opened.events, batch.traces)
            if batch.events:
                await self._outbox.add_all(batch.events, batch.traces)

    def _add(self, quote: Quote) -> None:
        assert quote.id not in self._tables.every_quote, quote
        of_user = self._tables.quotes_of_user[quote.user_id, quote.side]
        self._database.put(self._tables.quotes, quote.id, quote)
        self._database.put(of_user, quote.id, None)
        if quote.status.stands:
            self._rest(quote)

    def _change(self, quote: Quote) -> None:
        before = self._tables.quotes[quote.id]
        if before.status.stands:
            self._take_out(before)
        self._database.put(self._tables.quotes, quote.id, quote)
        if quote.status.stands:
            self._rest(quote)

    def _rest(self, quote: Quote) -> None:
        """Index a quote that rests or waits."""
        on_day = self._tables.standing_on_day[day_of(quote.expires_at)]
        self._database.put(self._tables.standing_in_book[quote.book], quote.id, None)
        self._database.put(on_day, quote.id, quote)
        self._database.put(self._tables.standing_of_user[quote.user_id, quote.side], quote.id, None)
        if quote.side is Side.ASK and quote.status is QuoteStatus.ACTIVE:
            self._count_available(quote.book, 1)

    def _take_out(self, quote: Quote) -> None:
        by_day, day = self._tables.standing_on_day, day_of(quote.expires_at)
        of_user = self._tables.standing_of_user[quote.user_id, quote.side]
        self._database.remove(of_user, quote.id)
        self._database.remove(self._tables.standing_in_book[quote.book], quote.id)
        self._database.remove(by_day[day], quote.id)
        self._database.announce(partial(drop_if_empty, by_day, day))
        if quote.side is Side.ASK and quote.status is QuoteStatus.ACTIVE:
            self._count_available(quote.book, -1)

    def _count_available(self, book: BookKey, change: int) -> None:
        counts = self._tables.available[book.product_id]
        count = counts.get(book.size, 0) + change
        if count:
            self._database.put(counts, book.size, count)
        else:
            self._database.remove(counts, book.size)

    def _match(self, match: Match) -> None:
        assert match.id not in self._tables.matches, match
        self._database.put(self._tables.matches, match.id, match)
        for quote_id in (match.bid_id, match.ask_id):
            other = self._tables.match_of_quote.get(quote_id)
            assert other is None, f"{quote_id} would be in the matches {other} and {match.id}"
            self._database.put(self._tables.match_of_quote, quote_id, match.id)

    def _unwind(self, match_id: OrderId) -> None:
        match = self._tables.matches[match_id]
        if match.status is MatchStatus.UNWOUND:
            return
        unwound = replace(match, status=MatchStatus.UNWOUND)
        self._database.put(self._tables.matches, match_id, unwound)
        for quote_id in (match.bid_id, match.ask_id):
            self._database.remove(self._tables.match_of_quote, quote_id)
