"""The archive of ended quotes, in SQL."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
)

from ....ports.language.market import MatchStatus, QuoteStatus, Side
from ....ports.language.orders import OrderStatus
from ....ports.language.portions import PORTION
from ....ports.quote_archive import QuoteArchive
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, delete_portion
from ..schema import ended_quotes, matches, orders
from ..schema.bidding import is_over
from ..schema.columns import is_word
from .quote_rows import ENDED_COLUMNS, TABLES

_ARE_OVER = {
    side: Statement(
        select(table.c.id)
        .where(is_over(table), table.c.created_at < bindparam("before"))
        .limit(PORTION),
        takes_free_of=table,
    )
    for side, table in TABLES.items()
}
_ARE_TRADED = {
    side: Statement(
        select(table.c.id)
        .join(orders, orders.c.id == table.c.match_id)
        .where(
            is_word(table.c.status, QuoteStatus.MATCHED),
            table.c.created_at < bindparam("before"),
            # Such an order is never cancelled, so its match is not undone.
            is_word(orders.c.status, OrderStatus.DELIVERED, OrderStatus.AUTH_FAILED),
        )
        .limit(PORTION),
        takes_free_of=table,
    )
    for side, table in TABLES.items()
}


def _copy(side: Side, table: Table) -> Statement:
    columns = [column.name for column in ENDED_COLUMNS]
    of_side: ColumnElement[str] = literal_column(f"'{side}'")
    quotes = select(of_side, *(table.c[name] for name in columns))
    quotes = quotes.where(one_of(table.c.id, "ids"))
    return Statement(insert(ended_quotes).from_select(["side", *columns], quotes))


_COPY = {side: _copy(side, table) for side, table in TABLES.items()}
_REMOVE = {
    side: Statement(delete(table).where(one_of(table.c.id, "ids")), long=True)
    for side, table in TABLES.items()
}
_ended = ended_quotes.c
_FORGET = Statement(
    delete_portion(
        ended_quotes,
        and_(
            _ended.match_id.is_(None),
            _ended.expires_at < bindparam("before"),
            or_(
                is_word(_ended.side, Side.BID),
                ~exists().where(
                    matches.c.ask_id == _ended.id, is_word(matches.c.status, MatchStatus.UNWOUND)
                ),
            ),
        ),
    ),
    long=True,
)


class SqlQuoteArchive(QuoteArchive):
    """Ended quotes in a table of their own, which nothing but this writes to."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def archive(self, placed_before: datetime) -> int:
        moved = 0
        for side in Side:
            for statement in (_ARE_OVER[side], _ARE_TRADED[side]):
                rows = await self._database.rows(statement, before=placed_before)
                if rows:
                    ids = [row.id for row in rows]
                    await self._database.execute(_COPY[side], ids=ids)
                    await self._database.execute(_REMOVE[side], ids=ids)
                moved += len(rows)
        return moved

    async def forget(self, expired_before: datetime) -> int:
        return await self._database.execute(_FORGET, before=expired_before)
