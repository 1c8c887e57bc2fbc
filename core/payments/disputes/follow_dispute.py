"""Ask the payment provider about disputes."""

from dataclasses import dataclass
from datetime import timedelta

from ....ports.clock import Clock
from ....ports.dispute_desk import DisputeDesk
from ....ports.language.events import DisputeCheckDue
from ....ports.language.payments import Webhook
from ..patience import Patience
from .record_dispute import RecordDispute

_PAGE = 100
_LONGEST = timedelta(days=180)
"""After so long the banks have decided, and do not open another dispute of an old one."""


@dataclass(frozen=True, slots=True)
class FollowDispute:
    """Asks for the current state of a dispute that a webhook names, and records it."""

    desk: DisputeDesk
    record_dispute: RecordDispute
    patience: Patience

    async def __call__(self, webhook: Webhook) -> None:
        """Follow the webhook. Raises Unavailable, after which repeat."""
        await self._follow(webhook.name)

    async def again(self, due: DisputeCheckDue) -> None:
        """Ask about an open dispute again. Raises Unavailable, after which repeat."""
        await self._follow(due.reference)

    async def _follow(self, name: str) -> None:
        report = await self.patience.wait_for(self.desk.find(name))
        if report is not None:
            await self.record_dispute(report)


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
