"""The read-only store of bids, asks and matches, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    func,
    select,
    union_all,
)

from ....ports.language.errors import IdempotencyKeyReused, NotFound
from ....ports.language.idempotency import IdempotencyKey
from ....ports.language.ids import OrderId, QuoteId, UserId
from ....ports.language.market import BookKey, Match, QueuePlace, Quote, QuoteStatus, Side
from ....ports.language.paging import Page, PageRequest
from ....ports.language.placement import Placement
from ....ports.quotes import Quotes
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode
from ..engine.statement import Statement
from ..messages.idempotency_keys import shared_answers
from ..schema import ended_quotes
from .book_columns import book_values
from .quote_rows import (
    MATCH,
    TABLES,
    everywhere,
    is_active,
    is_book,
    is_waiting,
    match_of,
    of_side,
    quote_of,
    standing,
)

_GET = Statement(everywhere(lambda table: table.c.id == bindparam("id")))


def _of_user(side: Side, *, by_status: bool, standing: bool) -> Statement:
    in_books, ended = of_side(side)
    pages = []
    for query, table in ((in_books, TABLES[side]), (ended, ended_quotes)):
        of_user = query.where(table.c.user_id == bindparam("user_id"))
        if by_status:
            of_user = of_user.where(table.c.status == bindparam("status"))
        if standing:
            of_user = of_user.where(is_active(table) | is_waiting(table))
        pages.append(newest_first(of_user, table.c.id))
    if standing:
        return Statement(pages[0])  # an ended quote does not stand
    either = union_all(*(select(one.subquery()) for one in pages)).subquery()
    return Statement(select(either).order_by(either.c.id.desc()).limit(bindparam("limit")))


_OF_USER = {
    (side, by_status, standing): _of_user(side, by_status=by_status, standing=standing)
    for by_status in (False, True)
    for standing in (False, True)
    for side in Side
}


def _overdue() -> Statement:
    sides = union_all(
        *(
            select(query.order_by("expires_at", "id").limit(bindparam("limit")).subquery())
            for query in standing(lambda table: table.c.expires_at <= bindparam("now"))
        )
    )
    return Statement(sides.order_by("expires_at", "id").limit(bindparam("limit")))


_OVERDUE = _overdue()


_STAND_IN = Statement(union_all(*standing(is_book)).limit(1))


def _ahead(side: Side) -> Statement:
    table = TABLES[side]
    amount: BindParameter[int] = bindparam("amount")
    better = table.c.amount > amount if side is Side.BID else table.c.amount < amount
    same = (table.c.amount == amount) & (table.c.sequence < bindparam("sequence"))
    counts: list[ColumnElement[Any]] = [
        func.count().filter(better).label("better_price"),
        func.count().filter(same).label("same_price"),
    ]
    return Statement(select(*counts).where(is_active(table), is_book(table)))


_AHEAD = {side: _ahead(side) for side in Side}


class SqlQuotes(Quotes):
    """Reads the bids, asks and matches that SqlBooks writes."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._answers = shared_answers(database)

    async def get(self, quote_id: QuoteId) -> Quote:
        row = await self._database.first(_GET, id=quote_id)
        if row is None:
            raise NotFound(what="quote", id=quote_id)
        return quote_of(row)

    async def of_user(
        self,
        user_id: UserId,
        side: Side,
        request: PageRequest,
        status: QuoteStatus | None = None,
        *,
        standing: bool = False,
    ) -> Page[Quote]:
        statement = _OF_USER[side, status is not None, standing]
        given = {} if status is None else {"status": status}
        return await page(self._database, statement, request, quote_of, user_id=user_id, **given)

    async def stand_in(self, book: BookKey) -> bool:
        return await self._database.first(_STAND_IN, **book_values(book)) is not None

    async def place_in_queue(self, quote: Quote) -> QueuePlace:
        row = await self._database.first(
            _AHEAD[quote.side],
            amount=quote.amount,
            sequence=quote.sequence,
            **book_values(quote.book),
        )
        assert row is not None, "a query for counts has a row"
        return QueuePlace(row.better_price, row.same_price)

    async def answered(self, key: IdempotencyKey) -> Placement | None:
        answer = await self._answers(key)
        if isinstance(answer, IdempotencyKeyReused):
            raise answer
        return None if answer is None else decode(answer, Placement)

    async def overdue(self, now: datetime, limit: int) -> Sequence[Quote]:
        rows = await self._database.rows(_OVERDUE, now=now, limit=limit)
        return [quote_of(row) for row in rows]

    async def match(self, match_id: OrderId) -> Match:
        row = await self._database.first(MATCH, id=match_id)
        if row is None:
            raise NotFound(what="match", id=match_id)
        return match_of(row)
