"""Read the audit log."""

from dataclasses import dataclass
from uuid import UUID

from ...ports.audit_log import AuditLog
from ...ports.language.audit import AuditEntry
from ...ports.language.ids import UserId
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ReadAuditLog:
    """An admin reads what staff did. Entries are never changed or deleted."""

    audit_log: AuditLog

    async def __call__(
        self,
        actor: Actor,
        request: PageRequest,
        *,
        actor_id: UserId | None = None,
        target_id: UUID | None = None,
    ) -> Page[AuditEntry]:
        """Return a page of entries, newest first, filtered by actor and target if given.

        Raises Forbidden.
        """
        check_role(actor, Role.ADMIN, "read the audit log")
        return await self.audit_log.page(request, actor_id=actor_id, target_id=target_id)
