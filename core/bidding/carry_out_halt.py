"""Halt books at the request of an admin."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.events import HaltRequested
from ...ports.language.halts import Halt
from ...ports.matching import Matching
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class CarryOutHalt:
    """Has the engine halt the books, and records the id of the halt in the audit log.

    If a standing halt already covers exactly the same books, its id is recorded instead.
    """

    matching: Matching
    outcomes: Outcomes
    clock: Clock

    async def __call__(self, event: HaltRequested) -> None:
        """Halt the books; idempotent. Raises QueueFull, Unavailable."""
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
