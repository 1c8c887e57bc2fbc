"""Archive ended quotes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.retention import Retention
from ...ports.quote_archive import QuoteArchive
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ArchiveQuotes:
    """Moves ended quotes out of the tables that the engine writes to, some time after they came.

    So these are as large as what stands and what came lately. Their owners see no difference. A
    quote that came to nothing is deleted long after it could have traded; one that traded stays
    as long as its order.
    """

    transaction: Transaction
    archive: QuoteArchive
    clock: Clock
    retention: Retention

    async def __call__(self) -> None:
        """Archive and delete all that are old enough, in portions."""
        now = self.clock.now()
        placed_before = now - self.retention.quotes_in_books
        expired_before = now - self.retention.quotes_without_trade
        await self._all(lambda: self.archive.archive(placed_before))
        await self._all(lambda: self.archive.forget(expired_before))

    async def _all(self, do: Callable[[], Awaitable[int]]) -> None:
        portion = 1
        while portion:
            async with self.transaction():
                portion = await do()
