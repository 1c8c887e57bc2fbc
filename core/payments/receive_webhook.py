"""Receive a webhook of the payment provider."""

from dataclasses import dataclass

from ...ports.language.events import Event, WebhookHinted, WebhookReceived
from ...ports.language.payments import Webhook
from ...ports.outbox import Outbox
from ...ports.payment_provider import PaymentProvider
from ...ports.payments import Webhooks
from ...ports.transaction import Transaction
from .handle_webhook import APPLIED_AS_TOLD


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Verifies a webhook and stores it once by its id. It is applied after the response."""

    transaction: Transaction
    provider: PaymentProvider
    webhooks: Webhooks
    outbox: Outbox

    async def __call__(self, body: bytes, signature: str) -> None:
        """Store the webhook. Raises InvalidSignature, InvalidText."""
        event = self.provider.parse_webhook(body, signature)
        async with self.transaction():
            if await self.webhooks.store(event):
                await self.outbox.add(_announcement(event))


def _announcement(webhook: Webhook) -> Event:
    if webhook.kind in APPLIED_AS_TOLD:
        return WebhookReceived(webhook.id)
    return WebhookHinted(webhook.id, webhook.name)
