"""The audit log tells how many quotes of a suspended user were withdrawn."""

from dataclasses import dataclass

from ...ports.language.events import SuspensionCarriedOut
from .outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class NoteSuspension:
    """The outcome of a suspension is noted. The first one stays: a repetition withdrew nothing."""

    outcomes: Outcomes

    async def __call__(self, event: SuspensionCarriedOut) -> None:
        await self.outcomes.note(event.entry_id, {"withdrawn": event.withdrawn})
