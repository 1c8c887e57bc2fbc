"""Waiting for what another process makes of a request."""

from dataclasses import dataclass
from datetime import timedelta

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.audit import AuditEntry
from ...ports.language.ids import AuditEntryId

_PAUSE = 0.1
"""Seconds between two looks: whoever carries it out may be another process."""


@dataclass(frozen=True, slots=True)
class AwaitOutcome:
    """A request of staff that another process carries out has its outcome in the audit log."""

    audit_log: AuditLog
    clock: Clock

    async def __call__(self, entry_id: AuditEntryId, within: timedelta) -> AuditEntry | None:
        """Return the outcome of an entry, or None if there is none after `within`.

        It is called outside any transaction: the request must be committed to be carried out.
        """
        until = self.clock.now() + within
        while (outcome := await self.audit_log.outcome_of(entry_id)) is None:
            left = (until - self.clock.now()).total_seconds()
            if left <= 0:
                return None
            await self.clock.sleep(min(_PAUSE, left))
        return outcome
