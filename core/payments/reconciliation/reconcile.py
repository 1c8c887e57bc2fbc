"""Reconcile the ledger with the payment provider."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.clock import Clock
from ....ports.language.integrity import Progress
from ....ports.language.reconciliation import Bookmark, Discrepancy
from ....ports.reconciliation import OpenItems
from ....ports.transaction import Transaction
from .compare_items import GRACE, CompareItems
from .read_movements import ReadMovements


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Books what only the payment provider knows, and compares everything else, item by item.

    It runs every day at an hour (UTC), and at the start if that was missed. It runs again after the
    time of grace if something differed that the admins were not told of yet.
    """

    transaction: Transaction
    open_items: OpenItems
    read: ReadMovements
    compare: CompareItems
    clock: Clock
    hour: int

    async def __call__(self, *, whole: bool = False) -> AsyncIterator[Progress | Discrepancy]:
        """Yield progress, and the items that differ.

        It goes on after what was compared before, or compares everything if `whole`. What differs
        is compared again with a second look at the provider. Raises Unavailable; the next run goes
        on where this one was.
        """
        async for told in self.read(whole=whole):
            yield told
        async for progress in self.compare.open(whole=whole):
            yield progress
        async for progress in self.compare.close():
            yield progress
        if await self.open_items.page("", 1):
            first_look = self.clock.now()
            async for told in self.read():
                if isinstance(told, Progress):
                    yield told
            async for discrepancy in self.compare.report(first_look):
                yield discrepancy
        async with self.transaction():
            bookmark = await self.open_items.bookmark()
            await self.open_items.move(Bookmark(bookmark.ledger, self.clock.now()))

    async def is_due(self) -> bool:
        """Return whether it must run now."""
        now, finished_at = self.clock.now(), (await self.open_items.bookmark()).finished_at
        if finished_at is None or finished_at < self._latest(now):
            return True
        if now - finished_at < GRACE:
            return False
        return any(not item.told for item in await self.open_items.page("", 100))

    def _latest(self, now: datetime) -> datetime:
        """Return when it should have begun last."""
        today = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
