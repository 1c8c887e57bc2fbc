"""Forgetting: deletes what is old, once an hour."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from ...composition.adapters import Store
from ...composition.application import Application

_EVERY = 3_600.0
"""Seconds."""
_REMEMBER = timedelta(days=7)
"""How long inbox records, stored responses and ended sessions are kept."""
_KEEP_TOLD = timedelta(days=365)
"""How long notifications are kept."""


class ForgettingWhatIsOld:
    """Deletes old rows (docs/what-is-kept.md), in portions, so that nobody waits long for them."""

    def __init__(self, application: Application, store: Store) -> None:
        self._bidding = application.bidding
        self._orders = application.orders
        self._authentication = application.authentication
        self._payments = application.payments
        self._outgoing_webhooks = application.outgoing_webhooks
        self._closing = application.closing
        self._store = store
        self._clock = application.adapters.clock
        self._last: float | None = None

    async def __call__(self) -> None:
        """Delete everything that is too old, unless it was tried within the last hour.

        Raises what failed, after the rest was done.
        """
        now, elapsed = self._clock.now(), self._clock.elapsed()
        if self._last is not None and elapsed - self._last < _EVERY:
            return
        unhandled_since = await self._unhandled_since(now)
        old = now - _REMEMBER
        store = self._store
        failed: list[Exception] = []
        for step in (
            partial(self._all, partial(store.inbox.forget, min(old, unhandled_since))),
            partial(self._all, partial(store.idempotency_keys.forget, old)),
            partial(self._all, partial(store.sessions.forget, old)),
            partial(self._all, partial(store.notifications.forget, now - _KEEP_TOLD)),
            partial(self._payments.forget_received_webhooks, unhandled_since),
            self._outgoing_webhooks.forget_webhooks,
            self._orders.forget_addresses,
            self._authentication.forget_photos,
            self._bidding.archive_quotes,
            self._closing.finish_closings,
        ):
            try:
                await step()
            except Exception as error:  # noqa: BLE001  # it is raised below
                failed.append(error)
        self._last = elapsed
        if failed:
            raise failed[0] if len(failed) == 1 else ExceptionGroup("what is old stays", failed)

    async def _unhandled_since(self, now: datetime) -> datetime:
        """Return since when messages may still be delivered, for the first time or again.

        After a long downtime, a message that a consumer already handled may be delivered again,
        because it was not marked as sent or its delivery was not deleted.
        """
        oldest = [now, *(message.occurred_at for message in await self._store.outbox.unsent(1))]
        delivered = await self._store.deliveries.oldest()
        return min(oldest) if delivered is None else min(*oldest, delivered)

    async def _all(self, forget: Callable[[], Awaitable[int]]) -> None:
        portion = 1
        while portion:
            async with self._store.transaction():
                portion = await forget()
