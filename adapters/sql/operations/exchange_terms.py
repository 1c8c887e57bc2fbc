"""The terms of an exchange, in SQL."""

from sqlalchemy import bindparam, select, update

from ....ports.exchange_terms import ExchangeTerms
from ....ports.language.terms import Terms
from ..engine.constructs import insert_or_lock
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import exchange_terms

_FIND = Statement(select(exchange_terms).where(exchange_terms.c.number == 1))
_DIVIDE = Statement(update(exchange_terms).values(shards=bindparam("shards")))
_DENOMINATE = Statement(update(exchange_terms).values(currency=bindparam("currency")))
_AGREE = Statement(insert_or_lock(exchange_terms, exchange_terms.c.number))


class SqlExchangeTerms(ExchangeTerms):
    """A table with a single row, number 1."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self) -> Terms | None:
        row = await self._database.first(_FIND)
        return None if row is None else Terms(row.currency, row.shards)

    async def agree(self, terms: Terms) -> Terms:
        row = await self._database.first(
            _AGREE, number=1, currency=terms.currency, shards=terms.shards
        )
        assert row is not None, "the statement returns its row"
        return Terms(row.currency, row.shards)

    async def denominate(self, currency: str) -> None:
        await self._database.execute(_DENOMINATE, currency=currency)

    async def divide(self, shards: int) -> None:
        """Change the number of shards. It needs a transaction."""
        await self._database.execute(_DIVIDE, shards=shards)
