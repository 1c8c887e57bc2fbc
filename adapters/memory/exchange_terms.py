"""The terms of an exchange, in memory."""

from dataclasses import replace

from ...ports.exchange_terms import ExchangeTerms
from ...ports.language.terms import Terms
from .database import MemoryAdapter


class MemoryExchangeTerms(MemoryAdapter, ExchangeTerms):
    """One value."""

    async def find(self) -> Terms | None:
        with await self._database.reading():
            return self._tables.exchange_terms.get(None)

    async def denominate(self, currency: str) -> None:
        await self._database.writing()
        stored = self._tables.exchange_terms[None]
        self._database.put(self._tables.exchange_terms, None, replace(stored, currency=currency))

    async def agree(self, terms: Terms) -> Terms:
        await self._database.writing()
        stored = self._tables.exchange_terms.get(None)
        if stored is None:
            self._database.put(self._tables.exchange_terms, None, terms)
        return stored or terms
