"""The outcomes of admin requests."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Fact
from ...ports.language.ids import AuditEntryId
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Records the outcome of an admin request in the audit log. Only the first one is kept."""

    transaction: Transaction
    audit_log: AuditLog

    async def is_known(self, entry_id: AuditEntryId) -> bool:
        """Return whether the request has an outcome."""
        return await self.audit_log.outcome_of(entry_id) is not None

    async def note(
        self, entry_id: AuditEntryId, facts: Mapping[str, Fact], *, carried_out: bool = True
    ) -> None:
        """Add an audit entry with the outcome of the request in this entry; idempotent."""
        asked = await self.audit_log.find(entry_id)
        assert asked is not None, f"there is no audit entry {entry_id}"
        outcome = Act(
            actor_id=asked.act.actor_id,
            action=AuditAction.CARRIED_OUT if carried_out else AuditAction.NOT_CARRIED_OUT,
            target=asked.act.target,
            reason=asked.act.reason,
            facts=facts,
            about=entry_id,
        )
        async with self.transaction():
            await self.audit_log.add(outcome)
