"""View what waits in the store."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.waiting_work import WaitingInStore
from ...ports.waiting_work import WaitingWork

_MOST = 10_000
"""Nothing is counted beyond it, so that watching costs the same however much waits."""


@dataclass(frozen=True, slots=True)
class ViewWaitingWork:
    """Reads what waits, for those who watch the exchange."""

    waiting_work: WaitingWork
    clock: Clock

    async def __call__(self) -> tuple[WaitingInStore, datetime]:
        """Return what waits, and the time that it is compared with. Raises Unavailable."""
        return await self.waiting_work.view(_MOST), self.clock.now()
