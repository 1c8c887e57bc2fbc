"""The port to stored disputes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.disputes import Dispute
from .language.ids import DisputeId, OrderId
from .language.paging import Page, PageRequest


class Disputes(Protocol):
    """Disputes, by id and by the provider's id. Writes need a transaction."""

    async def open_or_lock(self, dispute: Dispute) -> Dispute:
        """Store the dispute if there is none of its name. Return the stored one, locked until the
        end.
        """
        ...

    async def save(self, dispute: Dispute) -> None:
        """Replace a stored dispute (AssertionError)."""
        ...

    async def get(self, dispute_id: DisputeId) -> Dispute:
        """Return the dispute, locked until the end of a transaction. Raises NotFound."""
        ...

    async def of_order(self, order_id: OrderId) -> Sequence[Dispute]:
        """Return the disputes of an order, oldest first, without a lock."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Dispute]:
        """Return up to `limit` disputes that the provider must be asked about again."""
        ...

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Dispute]:
        """Return a page of disputes, newest first."""
        ...
