"""Receive a webhook of the payment provider."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.events import Event, WebhookHinted, WebhookReceived
from ....ports.language.ids import KeptWebhookId
from ....ports.language.kept_webhooks import KeptWebhook
from ....ports.language.payments import Webhook, WebhookKind
from ....ports.outbox import Outbox
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Webhooks
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive
from .handle_webhook import APPLIED_AS_TOLD


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Verifies a webhook and stores it once by its id, with its body. It is applied afterwards.

    One of a kind that solebook does not know is stored too, and is applied when a new version knows
    it (ReplayWebhook).
    """

    transaction: Transaction
    provider: PaymentProvider
    webhooks: Webhooks
    archive: WebhookArchive
    outbox: Outbox
    clock: Clock
    ids: Ids

    async def __call__(self, body: bytes, signature: str) -> None:
        """Store the webhook. Raises InvalidSignature, InvalidText."""
        event = self.provider.parse_webhook(body, signature)
        async with self.transaction():
            if await self.webhooks.store(event):
                await self.archive.keep(
                    KeptWebhook(
                        id=KeptWebhookId(self.ids.new()),
                        webhook_id=event.id,
                        type=event.type,
                        kind=event.kind,
                        received_at=self.clock.now(),
                        body=body,
                    )
                )
                if event.kind is not WebhookKind.OTHER:
                    await self.outbox.add(announcement(event))


def announcement(webhook: Webhook) -> Event:
    """Return the message that has a stored webhook applied."""
    if webhook.kind in APPLIED_AS_TOLD:
        return WebhookReceived(webhook.id)
    return WebhookHinted(webhook.id, webhook.name)
