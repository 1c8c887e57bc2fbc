"""A halt that staff asked to end ends."""

from dataclasses import dataclass

from ...ports.language.events import HaltEndRequested
from ...ports.matching import Matching
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class CarryOutHaltEnd:
    """The engine ends the halt, and the audit log tells that it did."""

    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: HaltEndRequested) -> None:
        """End it; the second time changes nothing. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        halt = await self.matching.open(event.halt_id)
        await self.outcomes.note(event.entry_id, {"halt_id": str(halt.id)})
