"""Verify references."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Check, Finding, Progress


@dataclass(frozen=True, slots=True)
class VerifyReferences(Verifier):
    """Checks that whatever a row refers to exists, across contexts too."""

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and rows that refer to nothing. Raises Unavailable."""
        yield Progress("references", 0, 1)
        async for row in snapshot.dangling():
            yield Finding(Check.REFERENCES, row.what, f"{row.refers_to} does not exist")
        yield Progress("references", 1, 1)
