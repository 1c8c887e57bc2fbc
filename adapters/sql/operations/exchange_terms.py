"""The terms of an exchange, in SQL."""

from ....ports.exchange_terms import ExchangeTerms
from ....ports.language.terms import Terms
from ..engine.constructs import insert_or_lock
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import exchange_terms

_AGREE = Statement(insert_or_lock(exchange_terms, exchange_terms.c.number))


class SqlExchangeTerms(ExchangeTerms):
    """A table with a single row, number 1."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def agree(self, terms: Terms) -> Terms:
        row = await self._database.first(
            _AGREE, number=1, currency=terms.currency, shards=terms.shards
        )
        assert row is not None, "the statement returns its row"
        return Terms(row.currency, row.shards)
