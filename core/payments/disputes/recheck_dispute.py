"""Ask about an open dispute again."""

from dataclasses import dataclass

from ....ports.language.events import DisputeCheckDue
from .follow_dispute import FollowDispute


@dataclass(frozen=True, slots=True)
class RecheckDispute:
    """Asks for the state of a dispute that is open for long, because webhooks may be lost."""

    follow_dispute: FollowDispute

    async def __call__(self, event: DisputeCheckDue) -> None:
        """Follow the dispute. Raises Unavailable, after which repeat."""
        await self.follow_dispute.of(event.reference)
