"""Verify sealed values."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Check, Finding, Progress


@dataclass(frozen=True, slots=True)
class VerifySealing(Verifier):
    """Checks that each personal value opens, and is found by its hash."""

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and values that do not open. Raises Unavailable."""
        yield Progress("personal data", 0, 1)
        async for value in snapshot.unopened():
            yield Finding(Check.SEALING, value.what, value.problem)
        yield Progress("personal data", 1, 1)
