"""Record in the audit log how many quotes of a suspended user were withdrawn."""

from dataclasses import dataclass

from ...ports.language.events import SuspensionCarriedOut
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class NoteSuspension:
    """Records the outcome of a suspension. Only the first counts: repeats withdraw nothing."""

    outcomes: Outcomes

    async def __call__(self, event: SuspensionCarriedOut) -> None:
        await self.outcomes.note(event.entry_id, {"withdrawn": event.withdrawn})
