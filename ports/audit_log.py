"""The port to the audit log."""

from typing import Protocol
from uuid import UUID

from .language.audit import Act, AuditEntry
from .language.ids import AuditEntryId, UserId
from .language.paging import Page, PageRequest


class AuditLog(Protocol):
    """What staff did. Entries are added, and never changed or deleted."""

    async def add(self, act: Act) -> AuditEntry:
        """Store what was done, stamped with an id and the instant, and return the entry.

        It belongs in the transaction of what it tells, and needs one. An entry has one outcome at
        most: where `about` has one already, that one is returned and nothing is stored.
        """
        ...

    async def find(self, entry_id: AuditEntryId) -> AuditEntry | None:
        """Return an entry."""
        ...

    async def outcome_of(self, entry_id: AuditEntryId) -> AuditEntry | None:
        """Return the entry that is `about` this one, once there is one."""
        ...

    async def page(
        self,
        request: PageRequest,
        *,
        actor_id: UserId | None = None,
        target_id: UUID | None = None,
    ) -> Page[AuditEntry]:
        """Return a page of entries, newest first: all, or an actor's, or a target's, or both."""
        ...
