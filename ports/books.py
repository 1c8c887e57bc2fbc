"""The port to the matching engine's store."""

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
from .language.terms import Terms
from .language.withdrawals import Withdrawn


class Books(Protocol):
    """The stored books of the engine's shards."""

    async def take(self, shard: int, at: datetime, *, terms: Terms | None = None) -> Ownership:
        """Take over the shard. Commits of earlier owners fail from now on.

        The first `terms` that are given are stored. With other ones, this raises WrongShards or
        WrongCurrency and takes nothing.
        """
        ...

    async def divide(self, terms: Terms, at: datetime) -> int:
        """Divide the books into so many shards from now on, and return their number until now.

        In another currency it raises WrongCurrency.

        Commits of earlier owners fail from now on. All shards continue after the highest sequence
        number of the old ones, so that no book's numbers go back. It needs a transaction.
        """
        ...

    def resting(self, shard: int, shards: int) -> AsyncIterator[Quote]:
        """Yield the quotes that rest or wait in the shard's books, in order of arrival."""
        ...

    async def resting_in(self, books: Collection[BookKey]) -> Sequence[Quote]:
        """Return the quotes that rest or wait in some books, in order of arrival."""
        ...

    async def books(self, shard: int, shards: int) -> Mapping[BookKey, int]:
        """Return the shard's books with resting quotes, and the number of quotes in each."""
        ...

    async def waiting(self, shard: int, shards: int) -> Sequence[Quote]:
        """Return the asks that wait for a book of the shard to open, in order of arrival."""
        ...

    async def open_quotes(self, user_ids: Collection[UserId]) -> Mapping[tuple[UserId, Side], int]:
        """Return how many quotes of each user rest or wait per side, in the books of all shards.

        Zero counts are omitted.
        """
        ...

    async def standing_of(self, user_ids: Collection[UserId]) -> Sequence[Quote]:
        """Return the quotes of some users that rest or wait in any book, in order of arrival."""
        ...

    async def get(self, quote_ids: Collection[QuoteId]) -> Mapping[QuoteId, Quote]:
        """Return the quotes with these ids that exist."""
        ...

    async def matches(self, match_ids: Collection[OrderId]) -> Mapping[OrderId, Match]:
        """Return the matches with these ids that exist."""
        ...

    async def answered(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Placement | IdempotencyKeyReused]:
        """Return the committed placement of each used key, or that another request used it."""
        ...

    async def withdrawn(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, Withdrawn]:
        """Return what the parts of withdrawals with these keys have withdrawn, if committed."""
        ...

    async def standing_halts(self) -> Sequence[Halt]:
        """Return the halts that have not ended."""
        ...

    async def halts(self, halt_ids: Collection[HaltId]) -> Mapping[HaltId, Halt]:
        """Return the halts with these ids that exist, including ended ones."""
        ...

    async def unpaid_orders(self, buyer_ids: Collection[UserId]) -> Mapping[UserId, UnpaidOrders]:
        """Return the unpaid orders of each buyer who has any."""
        ...

    async def commit(self, ownership: Ownership, batch: Batch) -> None:
        """Commit the batch in one transaction, or raise ShardLost or Unavailable.

        After Unavailable it may still be committed later, but no more once another batch of the
        owner is. Raises AssertionError if the stored sequence number is beyond `batch.after`.
        """
        ...
