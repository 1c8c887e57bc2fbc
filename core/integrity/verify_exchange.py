"""Verify the exchange."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ...ports.integrity import Report, Snapshots, Verifier


@dataclass(frozen=True, slots=True)
class VerifyExchange:
    """Checks that everything in the store agrees, and that the payment provider agrees with it.

    All checks read one snapshot of the store, so the exchange can run meanwhile. The provider and
    the published books are not part of it: what differs there is read again before it is reported.
    """

    snapshots: Snapshots
    verifiers: Sequence[Verifier]

    async def __call__(self) -> AsyncIterator[Report]:
        """Yield progress, and everything that was found. Raises Unavailable."""
        async with self.snapshots() as snapshot:
            for verifier in self.verifiers:
                async for report in verifier(snapshot):
                    yield report
