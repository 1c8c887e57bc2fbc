"""The matching engine's store, in SQL."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, select, union_all, update

from ....ports.books import Books
from ....ports.clock import Clock
from ....ports.language.batch import Batch, Ownership, UnpaidOrders
from ....ports.language.errors import IdempotencyKeyReused, ShardLost
from ....ports.language.halts import Halt
from ....ports.language.idempotency import IdempotencyKey
from ....ports.language.ids import HaltId, OrderId, QuoteId, UserId
from ....ports.language.market import BookKey, Match, MatchStatus, Quote, Side, shard_of
from ....ports.language.orders import OrderStatus
from ....ports.language.placement import Placement
from ....ports.language.terms import Terms, check_currency
from ....ports.language.withdrawals import Withdrawn
from ..engine.constructs import end_silent_writers, insert_or_replace, one_of
from ..engine.database import SqlDatabase
from ..engine.payloads import decode, encode
from ..engine.statement import Statement, insert_row
from ..messages.deadlines import SET as SET_DEADLINE
from ..messages.deadlines import deadline_values
from ..messages.idempotency_keys import REMEMBER, answer_values, find_answers
from ..messages.outbox import SqlOutbox
from ..operations.exchange_terms import SqlExchangeTerms
from ..orders.destinations import ADD_DESTINATION, destination_values
from ..orders.order_rows import ADD_ORDER, ADD_STEP, order_values, step_values
from ..payments.payments import ADD_PAYMENT, payment_values
from ..schema import asks, engine_shards, matches, orders, payments
from ..schema.columns import is_word
from .book_columns import book_of
from .halts import BY_ID, STANDING, halt_of, halt_values
from .halts import PUT as PUT_HALT
from .quote_rows import (
    TABLES,
    Shared,
    everywhere,
    is_active,
    is_one_of_books,
    is_waiting,
    lists_of_books,
    match_of,
    match_values,
    quote_of,
    quote_values,
    standing,
)

_log = logging.getLogger(__name__)

_END_SILENT_OWNERS = Statement(select(end_silent_writers(engine_shards).label("ended")))
_TAKE = Statement(
    insert_or_replace(
        engine_shards,
        engine_shards.c.shard,
        change=lambda old, _new: {"epoch": old.epoch + 1, "sequence": old.sequence},
    ).returning(engine_shards.c.epoch, engine_shards.c.sequence)
)
_ADVANCE = Statement(
    update(engine_shards)
    .where(
        engine_shards.c.shard == bindparam("shard"),
        engine_shards.c.epoch == bindparam("epoch"),
        engine_shards.c.sequence <= bindparam("after"),
    )
    .values(sequence=bindparam("last"))
)
_ALL_SHARDS = Statement(select(engine_shards), locks=True)
_DROP_SHARDS = Statement(delete(engine_shards))
_ADD_SHARD = Statement(insert_row(engine_shards))
_NEWEST_MATCH = Statement(select(matches.c.matched_at).order_by(matches.c.id.desc()).limit(1))
_OWNED = Statement(
    select(engine_shards.c.shard).where(
        engine_shards.c.shard == bindparam("shard"), engine_shards.c.epoch == bindparam("epoch")
    )
)
_RESTING = Statement(
    union_all(
        *standing(lambda table: table.c.book_hash % bindparam("shards") == bindparam("shard"))
    ).order_by("sequence", "id")
)
_RESTING_IN = Statement(union_all(*standing(is_one_of_books)))
_BOOKS = Statement(
    union_all(
        *(
            select(t.c.product_id, t.c.size, t.c.condition, func.count().label("quotes"))
            .where(is_active(t))
            .group_by(t.c.product_id, t.c.size, t.c.condition)
            for t in TABLES.values()
        )
    )
)
_WAITING = Statement(
    select(literal_column(f"'{Side.ASK}'").label("side"), asks)
    .where(is_waiting(asks))
    .order_by(asks.c.sequence)
)
_OPEN_QUOTES = Statement(
    union_all(
        *(
            select(
                literal_column(f"'{side}'").label("side"),
                TABLES[side].c.user_id,
                func.count().label("quotes"),
            )
            .where(stands(TABLES[side]), one_of(TABLES[side].c.user_id, "ids"))
            .group_by(TABLES[side].c.user_id)
            for side, stands in (
                (Side.BID, is_active),
                (Side.ASK, is_active),
                (Side.ASK, is_waiting),
            )
        )
    )
)
_STANDING_OF = Statement(
    union_all(*standing(lambda t: one_of(t.c.user_id, "ids"))).order_by("sequence", "id")
)
_GET = Statement(everywhere(lambda t: one_of(t.c.id, "ids")))
_MATCHES = Statement(select(matches).where(one_of(matches.c.id, "ids")))
_UNPAID = Statement(
    select(
        orders.c.buyer_id,
        func.count().label("unpaid"),
        func.count(payments.c.answered_at).label("answered"),
    )
    .select_from(orders.outerjoin(payments, payments.c.order_id == orders.c.id))
    .where(
        is_word(orders.c.status, OrderStatus.PENDING),
        one_of(orders.c.buyer_id, "ids"),
    )
    .group_by(orders.c.buyer_id)
)
_ADD = {side: Statement(insert_row(table)) for side, table in TABLES.items()}
_CHANGE = {
    side: Statement(
        update(table)
        .where(table.c.id == bindparam("id"))
        .values(
            amount=bindparam("amount"),
            sequence=bindparam("sequence"),
            expires_at=bindparam("expires_at"),
            status=bindparam("status"),
            match_id=bindparam("match_id"),
        )
    )
    for side, table in TABLES.items()
}
_ADD_MATCH = Statement(insert_row(matches))
_UNWIND = Statement(
    update(matches).where(matches.c.id == bindparam("id")).values(status=bindparam("status"))
)
_LAST = 2**63 - 1


class SqlBooks(Books):
    """Writes a batch with one statement, or on SQLite with one for each table that it touches.

    That includes the update of the shard's row, so a batch fails if another process owns the shard.
    A violated constraint is a broken invariant and raises AssertionError.
    """

    def __init__(
        self,
        database: SqlDatabase,
        *,
        outbox: SqlOutbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._exchange_terms = SqlExchangeTerms(database)
        self._shared = Shared()

    # ---- reading -------------------------------------------------------------------------

    async def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        shared = Shared()
        async for row in self._database.stream(_RESTING, shard=shard, shards=shards):
            yield quote_of(row, shared)

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        rows = await self._database.rows(_RESTING_IN, **lists_of_books(books))
        return sorted(
            (quote_of(row, self._shared) for row in rows), key=lambda quote: quote.sequence
        )

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        resting: Counter[BookKey] = Counter()
        for row in await self._database.rows(_BOOKS):
            resting[book_of(row)] += row.quotes
        if shards == 1:
            return resting
        return {book: count for book, count in resting.items() if shard_of(book, shards) == shard}

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        quotes = map(quote_of, await self._database.rows(_WAITING))
        return [quote for quote in quotes if shard_of(quote.book, shards) == shard]

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        open_quotes: Counter[tuple[UserId, Side]] = Counter()
        for row in await self._database.rows(_OPEN_QUOTES, ids=user_ids):
            open_quotes[row.user_id, Side(row.side)] += row.quotes
        return open_quotes

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        return [quote_of(row) for row in await self._database.rows(_STANDING_OF, ids=user_ids)]

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        quotes = map(quote_of, await self._database.rows(_GET, ids=quote_ids))
        return {quote.id: quote for quote in quotes}

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        rows = await self._database.rows(_MATCHES, ids=match_ids)
        return {row.id: match_of(row) for row in rows}

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        answers = await find_answers(self._database, keys)
        return {
            key: decode(answer, Placement) if isinstance(answer, bytes) else answer
            for key, answer in answers.items()
        }

    async def withdrawn(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Withdrawn]:
        answers = await find_answers(self._database, keys)
        return {k: decode(a, Withdrawn) for k, a in answers.items() if isinstance(a, bytes)}

    async def standing_halts(self) -> Sequence[Halt]:
        return [halt_of(row) for row in await self._database.rows(STANDING)]

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        rows = await self._database.rows(BY_ID, ids=halt_ids)
        return {row.id: halt_of(row) for row in rows}

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        rows = await self._database.rows(_UNPAID, ids=buyer_ids)
        return {row.buyer_id: UnpaidOrders(row.unpaid, row.answered) for row in rows}

    # ---- writing -------------------------------------------------------------------------

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        # An owner that was stopped within its transaction would keep the row of its shard locked.
        ended = await self._database.first(_END_SILENT_OWNERS)
        if ended is not None and ended.ended:
            _log.warning("%d transactions of owners that are silent were ended", ended.ended)
        async with self._database.transaction():
            if terms is not None:
                (await self._exchange_terms.agree(terms)).check(terms)
            row = await self._database.first(_TAKE, shard=shard, epoch=1, sequence=0, taken_at=at)
        assert row is not None
        newest = await self._database.first(_NEWEST_MATCH)
        last = None if newest is None else newest.matched_at
        return Ownership(shard, row.epoch, row.sequence, last)

    async def divide(self, terms: Terms, at: datetime) -> int:
        before = await self._exchange_terms.agree(
            Terms(terms.currency)
        )  # whoever takes a shard waits
        check_currency(before, terms.currency)
        await self._exchange_terms.divide(terms.shards)
        rows = await self._database.rows(_ALL_SHARDS)
        if rows:
            epoch = max(row.epoch for row in rows) + 1
            last = max(row.sequence for row in rows)
            await self._database.execute(_DROP_SHARDS)
            new = [
                {"shard": shard, "epoch": epoch, "sequence": last, "taken_at": at}
                for shard in range(terms.shards)
            ]
            await self._database.execute_many(_ADD_SHARD, new)
        return before.shards

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        try:
            async with self._database.transaction(urgent=True):  # people wait for it
                await self._write(ownership, batch)
        except AssertionError as error:
            # A batch of an engine that has lost its shard also meets rows that it does not know.
            if await self._is_lost(ownership):
                raise ShardLost(shard=ownership.shard) from error
            raise

    async def _is_lost(self, ownership: Ownership) -> bool:
        owned = await self._database.first(_OWNED, shard=ownership.shard, epoch=ownership.epoch)
        return owned is None

    async def _write(self, ownership: Ownership, batch: Batch) -> None:
        change = partial(self._database.execute_later, must_change=True)
        advance = {
            "shard": ownership.shard,
            "epoch": ownership.epoch,
            "after": _LAST if batch.after is None else batch.after,
            "last": batch.sequence,
        }
        change(_ADVANCE, [advance])
        if batch.unwound:
            change(_UNWIND, [{"id": id_, "status": MatchStatus.UNWOUND} for id_ in batch.unwound])
            await self._database.flush()  # an ask may be unwound and matched again in one batch
        if events := [*_all(one.events for one in batch.opened), *batch.events]:
            await self._outbox.add_all(events, batch.traces)
        for statement, rows in self._changes(batch).items():
            change(statement, rows)
        for statement, rows in self._additions(batch).items():
            self._database.execute_later(statement, rows)

    def _changes(self, batch: Batch) -> dict[Statement, Sequence[Mapping[str, Any]]]:
        """Return what changes of stored rows: all of them must be there."""
        return {
            _CHANGE[side]: [quote_values(q) for q in batch.changed.values() if q.side is side]
            for side in Side
        }

    def _additions(self, batch: Batch) -> dict[Statement, Sequence[Mapping[str, Any]]]:
        """Return the new rows; each refers only to those before it."""
        added, opened = batch.added.values(), batch.opened
        now = self._clock.now()
        return {
            **{_ADD[side]: [quote_values(q) for q in added if q.side is side] for side in Side},
            _ADD_MATCH: [match_values(match) for match in batch.matches],
            ADD_ORDER: [order_values(one.order) for one in opened],
            ADD_DESTINATION: [
                destination_values(one.order.id, one.destination)
                for one in opened
                if one.destination is not None
            ],
            ADD_PAYMENT: [payment_values(one.payment) for one in opened],
            ADD_STEP: [step_values(step) for one in opened for step in one.history],
            SET_DEADLINE: [
                deadline_values(each, batch.traces.get(str(one.order.id)))
                for one in opened
                for each in one.deadlines
            ],
            PUT_HALT: [halt_values(halt) for halt in batch.halts.values()],
            # Two shards may answer concurrent requests with the same key. The first answer is
            # kept, and the other batch does not fail.
            REMEMBER: [
                answer_values(key, encode(answer).encode(), now)
                for key, answer in (*batch.answers.items(), *batch.withdrawals.items())
            ],
        }


def _all(parts: Iterable[Iterable[Any]]) -> Iterable[Any]:
    return chain.from_iterable(parts)
