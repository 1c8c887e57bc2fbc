"""What became of a request of staff."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Fact
from ...ports.language.ids import AuditEntryId
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Notes in the audit log what became of a request: once, however often it is noted."""

    transaction: Transaction
    audit_log: AuditLog

    async def is_known(self, entry_id: AuditEntryId) -> bool:
        """Return whether the request has its outcome."""
        return await self.audit_log.outcome_of(entry_id) is not None

    async def note(
        self, entry_id: AuditEntryId, facts: Mapping[str, Fact], *, carried_out: bool = True
    ) -> None:
        """Add the entry that tells the outcome of the one with this id."""
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
