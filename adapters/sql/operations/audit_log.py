"""The audit log, in SQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.audit import Act, AuditAction, AuditEntry, Fact, Target, TargetKind
from ....ports.language.ids import AuditEntryId, UserId
from ....ports.language.paging import Page, PageRequest
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, insert_row
from ..schema import audit_entries

_columns = audit_entries.c
_by_actor = _columns.actor_id == bindparam("actor_id")
_of_target = _columns.target_id == bindparam("target_id")

_ADD = Statement(insert_row(audit_entries))
_FIND = Statement(select(audit_entries).where(_columns.id == bindparam("id")))
_OUTCOME = Statement(select(audit_entries).where(_columns.about == bindparam("about")))
_ALL = select(audit_entries)
_PAGES = {
    frozenset[str](): Statement(newest_first(_ALL, _columns.id)),
    frozenset({"actor_id"}): Statement(newest_first(_ALL.where(_by_actor), _columns.id)),
    frozenset({"target_id"}): Statement(newest_first(_ALL.where(_of_target), _columns.id)),
    frozenset({"actor_id", "target_id"}): Statement(
        newest_first(_ALL.where(_by_actor, _of_target), _columns.id)
    ),
}


class SqlAuditLog(AuditLog):
    """Entries, one row each. Triggers refuse every update and delete."""

    def __init__(self, database: SqlDatabase, *, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def add(self, act: Act) -> AuditEntry:
        if act.about is not None:
            await self._database.lock(f"outcome of {act.about}")
            outcome = await self.outcome_of(act.about)
            if outcome is not None:
                return outcome
        entry = AuditEntry(AuditEntryId(self._ids.new()), self._clock.now(), act)
        await self._database.execute(_ADD, **_values(entry))
        return entry

    async def find(self, entry_id: AuditEntryId) -> AuditEntry | None:
        row = await self._database.first(_FIND, id=entry_id)
        return None if row is None else _entry(row)

    async def outcome_of(self, entry_id: AuditEntryId) -> AuditEntry | None:
        row = await self._database.first(_OUTCOME, about=entry_id)
        return None if row is None else _entry(row)

    async def page(
        self,
        request: PageRequest,
        *,
        actor_id: UserId | None = None,
        target_id: UUID | None = None,
    ) -> Page[AuditEntry]:
        given = {"actor_id": actor_id, "target_id": target_id}
        filters: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        statement = _PAGES[frozenset(filters)]
        return await page(self._database, statement, request, _entry, **filters)


def _values(entry: AuditEntry) -> dict[str, Any]:
    act = entry.act
    return {
        "id": entry.id,
        "at": entry.at,
        "actor_id": act.actor_id,
        "action": act.action,
        "target_kind": act.target.kind,
        "target_id": act.target.id,
        "reason": act.reason,
        "facts": encode(dict(act.facts)),
        "about": act.about,
        "token_id": act.token_id,
    }


def _entry(row: Row) -> AuditEntry:
    act = Act(
        actor_id=row.actor_id,
        action=AuditAction(row.action),
        target=Target(TargetKind(row.target_kind), row.target_id),
        reason=row.reason,
        facts=decode(row.facts, dict[str, Fact]),
        about=row.about,
        token_id=row.token_id,
    )
    return AuditEntry(row.id, row.at, act)
