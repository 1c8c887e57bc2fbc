"""Queries over all standing quotes, in SQL."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, select, union_all

from ....ports.language.market import Side
from ....ports.language.rules import MarketRules
from ....ports.language.standing_quotes import OwnedQuotes, StandingCount
from ....ports.standing_quotes import StandingQuotes
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from .quote_rows import standing


def _lives(table: Table) -> ColumnElement[bool]:
    return table.c.expires_at > bindparam("now")


def _is_outside(table: Table) -> ColumnElement[bool]:
    """Return the condition that the rules do not allow a quote's amount."""
    amount = table.c.amount
    off_the_tick = amount % bindparam("tick") != 0
    return (amount < bindparam("min_amount")) | (amount > bindparam("max_amount")) | off_the_tick


_outside = union_all(*standing(lambda table: _lives(table) & _is_outside(table))).subquery().c
_counts: list[ColumnElement[Any]] = [
    func.count().filter(_outside.side == Side.BID).label("bids"),
    func.count().filter(_outside.side == Side.ASK).label("asks"),
    func.count(_outside.user_id.distinct()).label("owners"),
]
_OUTSIDE = Statement(select(*_counts))
_living = union_all(*standing(_lives)).subquery().c
_BY_OWNER = Statement(
    select(_living.user_id, _living.amount, func.count().label("quotes"))
    .where(_living.side == bindparam("side"))
    .group_by(_living.user_id, _living.amount)
    .order_by(_living.user_id, _living.amount)
)


class SqlStandingQuotes(StandingQuotes):
    """Answers each call with one query, however many quotes stand."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def outside(self, rules: MarketRules, now: datetime) -> StandingCount:
        row = await self._database.first(
            _OUTSIDE,
            now=now,
            min_amount=rules.min_amount,
            max_amount=rules.max_amount,
            tick=rules.tick,
        )
        assert row is not None, "a query for counts has a row"
        return StandingCount(bids=row.bids, asks=row.asks, owners=row.owners)

    async def by_owner(self, side: Side, now: datetime) -> AsyncIterator[OwnedQuotes]:
        async for row in self._database.stream(_BY_OWNER, side=side, now=now):
            yield OwnedQuotes(row.user_id, row.amount, row.quotes)
