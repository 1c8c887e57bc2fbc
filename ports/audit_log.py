"""The port to the audit log."""

from typing import Protocol
from uuid import UUID

from .language.audit import Act, AuditEntry
from .language.ids import AuditEntryId, UserId
from .language.paging import Page, PageRequest


class AuditLog(Protocol):
    """The actions of staff. Entries are only added, never changed or deleted."""

    async def add(self, act: Act) -> AuditEntry:
        """Store an action with a new id and the current time, and return the entry.

        It must be called in the transaction of the action. An entry has at most one outcome: if
        `about` already has one, that outcome is returned and nothing is stored.
        """
        ...

    async def find(self, entry_id: AuditEntryId) -> AuditEntry | None:
        """Return an entry."""
        ...

    async def outcome_of(self, entry_id: AuditEntryId) -> AuditEntry | None:
        """Return the entry that is `about` this one, or None if there is none yet."""
        ...

    async def page(
        self,
        request: PageRequest,
        *,
        actor_id: UserId | None = None,
        target_id: UUID | None = None,
    ) -> Page[AuditEntry]:
        """Return a page of entries, newest first: all, or those of an actor, of a target, or of
        both.
        """
        ...
