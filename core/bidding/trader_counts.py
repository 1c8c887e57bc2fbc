"""How many open quotes and unpaid orders traders have."""

from collections.abc import Iterable, Mapping, Set
from typing import Generic, TypeVar

from ...ports.books import Books
from ...ports.language.batch import UnpaidOrders
from ...ports.language.ids import UserId
from ...ports.language.market import Match, Quote, Side
from ...ports.language.rules import MarketRules

K = TypeVar("K")

_MOST_KNOWN = 100_000
"""How many counts of each kind are remembered."""


class TraderCounts:
    """Counts the open quotes and the unpaid orders of traders.

    Only the engine adds to them. So what it once read, plus what it added since, is an upper bound
    of the count. While that is below the limit, the store is not asked again. With several shards,
    several engines add, so the store is always asked.
    """

    def __init__(self, books: Books, rules: MarketRules, *, shards: int) -> None:
        self._books = books
        self._rules = rules
        self._is_alone = shards == 1
        self._open: _UpperBounds[tuple[UserId, Side]] = _UpperBounds()
        self._unpaid: _UpperBounds[UserId] = _UpperBounds()

    async def open_quotes(self, users: Set[UserId], more: int) -> Mapping[tuple[UserId, Side], int]:
        """Return the open quotes of users by side, or an upper bound that is below the limit.

        It stays below even if a batch adds `more` quotes. Raises Unavailable.
        """
        limit = self._rules.max_open_quotes - more if self._is_alone else 0
        known = self._open
        wanted = [(user, side) for user in users for side in Side]
        unknown = {user for user, side in wanted if not known.is_below(limit, (user, side))}
        if unknown:
            counts = await self._books.open_quotes(unknown)
            known.learn({(u, side): counts.get((u, side), 0) for u in unknown for side in Side})
        return {key: known.counts[key] for key in wanted}

    async def unpaid_orders(self, buyers: Set[UserId], more: int) -> Mapping[UserId, UnpaidOrders]:
        """Return the unpaid orders of buyers, or an upper bound that is below the limit.

        It stays below even if a batch adds `more` orders. Raises Unavailable.
        """
        limit = self._rules.max_unpaid_orders - more if self._is_alone else 0
        known = self._unpaid
        unknown = {buyer for buyer in buyers if not known.is_below(limit, buyer)}
        unpaid: Mapping[UserId, UnpaidOrders] = {}
        if unknown:
            unpaid = await self._books.unpaid_orders(unknown)
            known.learn({b: unpaid[b].count if b in unpaid else 0 for b in unknown})
        return {b: unpaid.get(b) or UnpaidOrders(known.counts[b], 0) for b in buyers}

    def add(self, opened: Iterable[Quote], matches: Iterable[Match]) -> None:
        """Note quotes that began to stand, and matches that have orders. They may be undone."""
        self._open.add((quote.user_id, quote.side) for quote in opened)
        self._unpaid.add(match.buyer_id for match in matches)


class _UpperBounds(Generic[K]):
    """What was counted of each key, plus what was added since."""

    def __init__(self) -> None:
        self.counts: dict[K, int] = {}

    def is_below(self, limit: int, key: K) -> bool:
        return self.counts.get(key, limit) < limit

    def learn(self, counts: Mapping[K, int]) -> None:
        self.counts |= counts

    def add(self, keys: Iterable[K]) -> None:
        counts = self.counts
        for key in keys:
            if key in counts:
                counts[key] += 1
        if len(counts) > _MOST_KNOWN:
            counts.clear()
