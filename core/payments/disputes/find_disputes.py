"""Find disputes of which no webhook came."""

from dataclasses import dataclass
from datetime import timedelta

from ....ports.clock import Clock
from ....ports.dispute_desk import DisputeDesk
from ..patience import Patience
from .record_dispute import RecordDispute

_PAGE = 100
_LONGEST = timedelta(days=180)
"""After so long the banks have decided, and do not open another dispute of an old one."""


@dataclass(frozen=True, slots=True)
class FindDisputes:
    """Reads all disputes of the provider of half a year, for those whose webhooks were lost."""

    desk: DisputeDesk
    record_dispute: RecordDispute
    patience: Patience
    clock: Clock

    async def __call__(self) -> int:
        """Record them, and return their number. Raises Unavailable."""
        oldest, found = self.clock.now() - _LONGEST, 0
        page = await self.patience.wait_for(self.desk.page("", _PAGE))
        while page:
            for report in page:
                await self.record_dispute(report)
            found += len(page)
            if page[-1].opened_at < oldest:
                break
            page = await self.patience.wait_for(self.desk.page(page[-1].name, _PAGE))
        return found
