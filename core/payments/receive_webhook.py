"""The payment provider reports."""

from dataclasses import dataclass

from ...ports.language.events import GatewayReported
from ...ports.outbox import Outbox
from ...ports.payment_gateway import PaymentGateway
from ...ports.payments import Webhooks
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """A webhook is checked, stored once by its id, and answered; it is acted on afterwards."""

    transaction: Transaction
    gateway: PaymentGateway
    webhooks: Webhooks
    outbox: Outbox

    async def __call__(self, body: bytes, signature: str) -> None:
        """Store it. Raises InvalidSignature, InvalidText."""
        event = self.gateway.parse_webhook(body, signature)
        async with self.transaction():
            if await self.webhooks.store(event):
                await self.outbox.add(GatewayReported(event.id))
