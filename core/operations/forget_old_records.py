"""Forget records that are needed for a time only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ...ports.clock import Clock
from ...ports.idempotency_keys import IdempotencyKeys
from ...ports.notifications import Notifications
from ...ports.outbox import Inbox
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction

_REMEMBERED = timedelta(days=7)
"""How long inbox records, stored answers and ended sessions are kept."""
_TOLD = timedelta(days=365)
"""How long notifications are kept."""


@dataclass(frozen=True, slots=True)
class ForgetOldRecords:
    """Deletes records of one kind that are too old, in portions, so that nobody waits for them."""

    transaction: Transaction
    inbox: Inbox
    idempotency_keys: IdempotencyKeys
    sessions: Sessions
    notifications: Notifications
    clock: Clock

    async def handled(self, unhandled_since: datetime) -> None:
        """Delete which messages were handled more than a week ago.

        Messages since `unhandled_since` may come again, and must be recognised then.
        """
        before = min(self._before(_REMEMBERED), unhandled_since)
        await self._all(partial(self.inbox.forget, before))

    async def answers(self) -> None:
        """Delete answers to idempotency keys after a week."""
        await self._all(partial(self.idempotency_keys.forget, self._before(_REMEMBERED)))

    async def ended_sessions(self) -> None:
        """Delete tokens a week after they expired, and sessions without any."""
        await self._all(partial(self.sessions.forget, self._before(_REMEMBERED)))

    async def told(self) -> None:
        """Delete notifications after a year."""
        await self._all(partial(self.notifications.forget, self._before(_TOLD)))

    def _before(self, life: timedelta) -> datetime:
        return self.clock.now() - life

    async def _all(self, forget: Callable[[], Awaitable[int]]) -> None:
        portion = 1
        while portion:
            async with self.transaction():
                portion = await forget()
