"""End a halt at the request of an admin."""

from dataclasses import dataclass

from ...ports.language.events import HaltEndRequested
from ...ports.matching import Matching
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class CarryOutHaltEnd:
    """Has the engine end the halt, and records the outcome in the audit log."""

    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: HaltEndRequested) -> None:
        """End the halt; idempotent. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        halt = await self.matching.open(event.halt_id)
        await self.outcomes.note(event.entry_id, {"halt_id": str(halt.id)})
