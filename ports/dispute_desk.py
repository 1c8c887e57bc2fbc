"""The port to the disputes at the payment provider."""

from collections.abc import Sequence
from typing import Protocol

from .language.disputes import Evidence, ReportedDispute


class DisputeDesk(Protocol):
    """Disputes of charges at the payment provider. Call it outside any transaction.

    Every method raises Unavailable if the provider does not respond in time. In that case the
    effect is unknown, and repeating the same call resolves it.
    """

    async def find(self, name: str) -> ReportedDispute | None:
        """Return the dispute with the provider's id, or None if it has none in this currency."""
        ...

    async def page(self, after: str, limit: int) -> Sequence[ReportedDispute]:
        """Return a page of all disputes, newest first, after the one with this id.

        The first page is after an empty id.
        """
        ...

    async def submit(self, name: str, evidence: Evidence) -> ReportedDispute:
        """Hand in the evidence, once, and return the dispute. Raises DisputeNotOpen.

        If evidence was submitted already, nothing changes.
        """
        ...

    async def accept(self, name: str) -> ReportedDispute:
        """Give up the dispute, and return it as lost. Raises DisputeNotOpen.

        If it is lost already, nothing changes.
        """
        ...
