"""Forget old webhooks of the payment provider."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.clock import Clock
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive

_AT_LEAST = timedelta(days=30)
"""How long what was read from a webhook is kept at least. Providers repeat one for some days."""


@dataclass(frozen=True, slots=True)
class ForgetReceivedWebhooks:
    """Deletes the bodies of webhooks after their life, because they may hold personal data.

    What was read from one goes with it, if it is applied or of no known kind. If the same webhook
    comes again after that, it is applied again, which changes nothing: what it tells is in the
    ledger under the provider's name of it. One that was not applied stays without its body, and
    cannot be replayed.
    """

    transaction: Transaction
    archive: WebhookArchive
    clock: Clock
    life: timedelta

    def before(self) -> datetime:
        """Return the instant before which bodies of webhooks are too old."""
        return self.clock.now() - self.life

    async def __call__(self, unhandled_since: datetime) -> None:
        """Delete all that are too old, in portions.

        Messages since `unhandled_since` may not be handled yet, and their webhooks stay.
        """
        before = self.before()
        handled = min(before, self.clock.now() - _AT_LEAST, unhandled_since)
        await self._all(lambda: self.archive.forget(handled))
        await self._all(lambda: self.archive.forget_bodies(before))

    async def _all(self, forget: Callable[[], Awaitable[int]]) -> None:
        portion = 1
        while portion:
            async with self.transaction():
                portion = await forget()
