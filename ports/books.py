"""The port to the matching engine's own store."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.batch import Batch, Ownership, UnpaidOrders
from .language.errors import IdempotencyKeyReused
from .language.halts import Halt
from .language.idempotency import IdempotencyKey
from .language.ids import HaltId, OrderId, QuoteId, UserId
from .language.market import BookKey, Match, Quote, Side
from .language.placement import Placement


class Books(Protocol):
    """Where the engine keeps its shards' books."""

    async def take(self, shard: int, at: datetime) -> Ownership:
        """Take the shard over: from now on no commit under an earlier ownership succeeds."""
        ...

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        """Yield the quotes that stand or wait in the shard's books, in order of arrival."""
        ...

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        """Return the quotes that stand or wait in some books, in order of arrival."""
        ...

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        """Return the shard's books in which quotes rest, and how many rest in each."""
        ...

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        """Return the asks that wait until a book of the shard opens, in order of arrival."""
        ...

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        """Return how many quotes of users stand or wait on each side, in the books of all shards.

        Where there are none, there is no entry.
        """
        ...

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        """Return the quotes of some users that stand or wait in any book, in order of arrival."""
        ...

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        """Return those of the quotes that are stored."""
        ...

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        """Return those of the matches that are stored."""
        ...

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        """Return the committed placement of each key that was used, or that it was another's."""
        ...

    async def standing_halts(self) -> Sequence[Halt]:
        """Return the halts that have not ended."""
        ...

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        """Return those of the halts that are stored, also ended ones."""
        ...

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        """Return how many orders of each buyer await payment, for those who have any."""
        ...

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        """Make the batch durable in one transaction, or raise ShardLost or Unavailable."""
        ...
