"""Wait for the outcome of a request that another process carries out."""

from dataclasses import dataclass
from datetime import timedelta

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.audit import AuditEntry
from ...ports.language.ids import AuditEntryId

_PAUSE = 0.1
"""Seconds between two polls of the audit log."""


@dataclass(frozen=True, slots=True)
class AwaitOutcome:
    """Polls the audit log for the outcome of a staff request."""

    audit_log: AuditLog
    clock: Clock

    async def __call__(self, entry_id: AuditEntryId, within: timedelta) -> AuditEntry | None:
        """Return the outcome of an entry, or None if there is none after `within`.

        Call it outside a transaction, because only a committed request is carried out.
        """
        until = self.clock.elapsed() + within.total_seconds()
        while (outcome := await self.audit_log.outcome_of(entry_id)) is None:
            left = until - self.clock.elapsed()
            if left <= 0:
                return None
            await self.clock.sleep(min(_PAUSE, left))
        return outcome
