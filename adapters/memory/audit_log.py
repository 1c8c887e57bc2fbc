"""The audit log, in memory."""

from uuid import UUID

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditEntry
from ...ports.language.ids import AuditEntryId, UserId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter, MemoryDatabase
from .paging import newest_first


class MemoryAuditLog(MemoryAdapter, AuditLog):
    """Entries by id, and an index of their outcomes."""

    def __init__(self, database: MemoryDatabase, *, clock: Clock, ids: Ids) -> None:
        super().__init__(database)
        self._clock = clock
        self._ids = ids

    async def add(self, act: Act) -> AuditEntry:
        await self._database.writing()
        tables = self._tables
        if act.about is not None:
            if act.about in tables.outcome_of_entry:
                return tables.audit_entries[tables.outcome_of_entry[act.about]]
            assert act.about in tables.audit_entries, f"there is no audit entry {act.about}"
        entry = AuditEntry(AuditEntryId(self._ids.new()), self._clock.now(), act)
        self._database.put(tables.audit_entries, entry.id, entry)
        if act.about is not None:
            self._database.put(tables.outcome_of_entry, act.about, entry.id)
        return entry

    async def find(self, entry_id: AuditEntryId) -> AuditEntry | None:
        with await self._database.reading():
            return self._tables.audit_entries.get(entry_id)

    async def outcome_of(self, entry_id: AuditEntryId) -> AuditEntry | None:
        with await self._database.reading():
            outcome = self._tables.outcome_of_entry.get(entry_id)
            return None if outcome is None else self._tables.audit_entries[outcome]

    async def page(
        self,
        request: PageRequest,
        *,
        actor_id: UserId | None = None,
        target_id: UUID | None = None,
    ) -> Page[AuditEntry]:
        def wanted(entry: AuditEntry) -> bool:
            return actor_id in (None, entry.act.actor_id) and target_id in (
                None,
                entry.act.target.id,
            )

        with await self._database.reading():
            entries = self._tables.audit_entries
            return newest_first(entries, entries, request, wanted)
