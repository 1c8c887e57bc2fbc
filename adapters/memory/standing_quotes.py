"""Standing quotes, in memory."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime

from ...ports.language.market import Quote, Side
from ...ports.language.rules import MarketRules
from ...ports.language.standing_quotes import OwnedQuotes, StandingCount
from ...ports.standing_quotes import StandingQuotes
from .database import MemoryAdapter


class MemoryStandingQuotes(MemoryAdapter, StandingQuotes):
    """Scans all quotes."""

    async def outside(self, rules: MarketRules, now: datetime) -> StandingCount:
        outside = [q for q in await self._standing(now) if not rules.allows(q.amount)]
        sides = Counter(quote.side for quote in outside)
        owners = {quote.user_id for quote in outside}
        return StandingCount(sides[Side.BID], sides[Side.ASK], len(owners))

    async def by_owner(self, side: Side, now: datetime) -> AsyncIterator[OwnedQuotes]:
        quotes_of_side = (q for q in await self._standing(now) if q.side is side)
        owned = Counter((q.user_id, q.amount) for q in quotes_of_side)
        for (user_id, amount), quotes in sorted(owned.items()):
            yield OwnedQuotes(user_id, amount, quotes)

    async def _standing(self, now: datetime) -> list[Quote]:
        with await self._database.reading():
            standing = [q for q in self._tables.quotes.values() if q.status.stands]
        return [quote for quote in standing if quote.expires_at > now]
