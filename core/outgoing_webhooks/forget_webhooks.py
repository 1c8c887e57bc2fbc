"""Forget old webhooks."""

from dataclasses import dataclass, field

from ...ports.clock import Clock
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks
from .webhook_rules import WebhookRules


@dataclass(frozen=True, slots=True)
class ForgetWebhooks:
    """Deletes webhooks from the log after its life. Those that wait stay."""

    transaction: Transaction
    webhooks: OutgoingWebhooks
    clock: Clock
    rules: WebhookRules = field(repr=False)

    async def __call__(self) -> None:
        """Delete all that are too old, in portions."""
        before = self.clock.now() - self.rules.log_life
        while True:
            async with self.transaction():
                portion = await self.webhooks.forget(before)
            if not portion:
                return
