"""The ports to what the payment provider moved, as it was read, and to what is still to compare."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import OrderId
from .language.movements import Movement
from .language.reconciliation import Bookmark, OpenItem


class ProviderRecords(Protocol):
    """The movements of the payment provider that were read. Writes need a transaction.

    A movement that is stored is never changed.
    """

    async def add(self, movements: Sequence[Movement], at: datetime) -> Sequence[Movement]:
        """Store movements in this sequence, as read at an instant. Return those that were new."""
        ...

    async def note_read(self, places: Collection[str], at: datetime) -> None:
        """Note that movements that are stored were read again."""
        ...

    async def place_before_last(self, number: int) -> str:
        """Return the place of the movement with `number` later ones, or an empty one."""
        ...

    async def at(self, places: Collection[str]) -> Mapping[str, Movement]:
        """Return the movements at these places, by place."""
        ...

    async def of_orders(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        """Return the movements of these orders, in sequence."""
        ...

    async def under(self, accounts: Collection[str]) -> Sequence[Movement]:
        """Return the movements with these accounts, in sequence; see `Movement.account`."""
        ...

    async def between(
        self, since: datetime, until: datetime, after: str, limit: int
    ) -> Sequence[Movement]:
        """Return movements after one instant and before another, sorted by place, after a place."""
        ...

    async def not_read_since(self, instant: datetime, limit: int) -> Sequence[Movement]:
        """Return movements that were last read before an instant, in sequence."""
        ...


class OpenItems(Protocol):
    """What is still to compare, or differs, by subject, and how far. Writes need a transaction."""

    async def open(self, subjects: Mapping[str, datetime]) -> None:
        """Open items, each since an instant. Those that are open are counted once more."""
        ...

    async def page(self, after: str, limit: int) -> Sequence[OpenItem]:
        """Return the open items after a subject, sorted by subject."""
        ...

    async def tell(self, subject: str, what: str) -> None:
        """Note what the admins were told of an open item."""
        ...

    async def close(self, items: Collection[OpenItem]) -> None:
        """Close items, because both sides agree. What was opened again meanwhile stays open."""
        ...

    async def bookmark(self) -> Bookmark:
        """Return how far the ledger was read, and when a comparison was last finished."""
        ...

    async def move(self, bookmark: Bookmark) -> None:
        """Replace the bookmark."""
        ...
