"""Follow a dispute at the payment provider."""

from dataclasses import dataclass

from ....ports.dispute_desk import DisputeDesk
from ....ports.language.payments import Webhook
from ..patience import Patience
from .record_dispute import RecordDispute


@dataclass(frozen=True, slots=True)
class FollowDispute:
    """Asks for the current state of a dispute that a webhook names, and records it."""

    desk: DisputeDesk
    record_dispute: RecordDispute
    patience: Patience

    async def __call__(self, webhook: Webhook) -> None:
        """Follow the webhook. Raises Unavailable, after which repeat."""
        await self.of(webhook.name)

    async def of(self, name: str) -> None:
        """Follow the dispute of this name. Raises Unavailable, after which repeat."""
        report = await self.patience.wait_for(self.desk.find(name))
        if report is not None:
            await self.record_dispute(report)
