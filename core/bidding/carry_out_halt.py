"""Books that staff asked for are halted."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import HaltRequested
from ...ports.language.halts import Halt
from ...ports.matching import Matching
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class CarryOutHalt:
    """The engine halts the books, and the audit log tells under which id.

    Where the very same books are halted already, that is the halt that stands.
    """

    matching: Matching
    outcomes: Outcomes
    clock: Clock

    async def __call__(self, event: HaltRequested) -> None:
        """Halt them; the second time changes nothing. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        asked = Halt(
            id=event.halt_id,
            product_id=event.product_id,
            size=event.size,
            condition=event.condition,
            halted_at=self.clock.now(),
        )
        halt = await self.matching.halt(asked)
        await self.outcomes.note(
            event.entry_id, {"halt_id": str(halt.id), "stood_before": halt.id != event.halt_id}
        )
