"""Forget the bodies of old webhooks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ....ports.clock import Clock
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive


@dataclass(frozen=True, slots=True)
class ForgetWebhookBodies:
    """Deletes the bodies of webhooks after their life, because they may hold personal data.

    What was read from them stays. Without its body, a webhook cannot be replayed.
    """

    transaction: Transaction
    archive: WebhookArchive
    clock: Clock
    life: timedelta

    def before(self) -> datetime:
        """Return the instant before which bodies of webhooks are too old."""
        return self.clock.now() - self.life

    async def __call__(self) -> int:
        """Delete all that are too old, and return how many."""
        before, forgotten = self.before(), 0
        while True:
            async with self.transaction():
                portion = await self.archive.forget_bodies(before)
            if not portion:
                return forgotten
            forgotten += portion
