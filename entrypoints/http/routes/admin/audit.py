"""The audit log, read-only."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from .....ports.language.audit import AuditAction, AuditEntry, Fact, TargetKind
from .....ports.language.ids import UserId
from .....ports.language.users import Role
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import problems, success

ActorFilter: TypeAlias = Annotated[
    UUID | None, QueryParameter(description="Only actions of this user.")
]
TargetFilter: TypeAlias = Annotated[
    UUID | None,
    QueryParameter(description="Only actions on this user, quote, order or other target."),
]


class TargetView(msgspec.Struct, frozen=True):
    """The target of an action. The market as a whole has no id."""

    kind: TargetKind
    id: UUID | None


class AuditEntryView(msgspec.Struct, frozen=True):
    """An action of staff, with its target and reason.

    Actions with `solebook admin` have the actor 00000000-0000-0000-0000-000000000000. `about` is
    the entry whose outcome this one records.
    """

    id: UUID
    at: datetime
    actor_id: UUID
    action: AuditAction
    target: TargetView
    reason: str | None
    facts: dict[str, Fact]
    about: UUID | None
    token_id: UUID | None
    """The API key or the service's token with which it was done."""


class AuditListing(msgspec.Struct, frozen=True):
    """A page of the audit log, newest first."""

    items: list[AuditEntryView]
    next_cursor: UUID | None


def audit_entry_view(entry: AuditEntry) -> AuditEntryView:
    """Return an entry as a response."""
    act = entry.act
    return AuditEntryView(
        id=entry.id,
        at=entry.at,
        actor_id=act.actor_id,
        action=act.action,
        target=TargetView(act.target.kind, act.target.id),
        reason=act.reason,
        facts=dict(act.facts),
        about=act.about,
        token_id=act.token_id,
    )


EXAMPLE = {
    "id": "01890a5e-2c11-7b1c-9c1e-3f5f1f7f3c11",
    "at": "2026-03-01T12:00:00Z",
    "actor_id": "01890a5d-0000-7000-8000-000000000001",
    "action": "suspension_set",
    "target": {"kind": "user", "id": "01890a5d-ac96-774b-bcce-b302099a8057"},
    "reason": "sent two fakes in one week",
    "facts": {"suspended": True},
    "about": None,
    "token_id": None,
}


class AuditController(Controller):
    """The audit log."""

    path = "/v1/admin/audit"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="Read the audit log",
        guards=[requires(Role.ADMIN)],
        responses=success(200, AuditListing, {"items": [EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def read_the_audit_log(
        self,
        request: JsonRequest,
        application: App,
        actor_id: ActorFilter = None,
        target_id: TargetFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> AuditListing:
        """Return the actions of staff, newest first. Entries are never changed or deleted."""
        page = await application.operations.read_audit_log(
            request.user,
            page_request(limit, cursor),
            actor_id=None if actor_id is None else UserId(actor_id),
            target_id=target_id,
        )
        return listing(AuditListing, page, audit_entry_view)
