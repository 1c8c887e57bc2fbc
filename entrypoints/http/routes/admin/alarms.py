"""Alarms for admins."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from .....ports.language.alarms import Alarm, AlarmKind
from .....ports.language.errors import (
    AlarmClosed,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    PartyToTheOrder,
)
from .....ports.language.ids import AlarmId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .reasons import ReasonGiven

OpenFilter: TypeAlias = Annotated[
    bool, QueryParameter(name="open", description="`true`: only open alarms.")
]


class AlarmView(msgspec.Struct, frozen=True):
    """An alarm, and how often it was raised while open.

    `closed_by` and `resolution` are null if it closed by itself.
    """

    id: UUID
    kind: AlarmKind
    order_id: UUID | None
    note: str
    raised_at: datetime
    last_at: datetime
    count: int
    closed_at: datetime | None
    closed_by: UUID | None
    resolution: str | None


class AlarmListing(msgspec.Struct, frozen=True):
    """A page of alarms, newest first."""

    items: list[AlarmView]
    next_cursor: UUID | None


def alarm_view(alarm: Alarm) -> AlarmView:
    """Return an alarm as a response."""
    return AlarmView(
        id=alarm.id,
        kind=alarm.kind,
        order_id=alarm.order_id,
        note=alarm.note,
        raised_at=alarm.raised_at,
        last_at=alarm.last_at,
        count=alarm.count,
        closed_at=alarm.closed_at,
        closed_by=alarm.closed_by,
        resolution=alarm.resolution,
    )


_EXAMPLE = {
    "id": "01890a5f-7777-7222-8333-444455556666",
    "kind": "pair_not_claimed",
    "order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "note": "The warehouse received the pair, but nobody has claimed the task.",
    "raised_at": "2026-03-07T09:00:00Z",
    "last_at": "2026-03-08T09:00:00Z",
    "count": 2,
    "closed_at": None,
    "closed_by": None,
    "resolution": None,
}
_RESOLVED = {
    "closed_at": "2026-03-08T10:00:00Z",
    "closed_by": "01890a5d-0000-7000-8000-000000000004",
    "resolution": "asked the night shift to review it",
}


class AlarmsController(Controller):
    """Alarms."""

    path = "/v1/admin/alarms"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="What must be looked at",
        guards=[requires(Role.ADMIN)],
        responses=success(200, AlarmListing, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_alarms(
        self,
        request: JsonRequest,
        application: App,
        open_only: OpenFilter = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> AlarmListing:
        """Return the alarms, newest first."""
        page = await application.operations.list_alarms(
            request.user, page_request(limit, cursor), open_only=open_only
        )
        return listing(AlarmListing, page, alarm_view)

    @post(
        "/{alarm_id:uuid}/resolution",
        summary="Close an alarm",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=success(200, AlarmView, _EXAMPLE | _RESOLVED)
        | problems(
            NotFound,
            PartyToTheOrder,
            AlarmClosed,
            InvalidText,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def resolve_alarm(
        self,
        request: JsonRequest,
        alarm_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "asked the night shift to review it"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[AlarmView]:
        """Close an alarm. It opens again if it is raised again."""

        async def run() -> AlarmView:
            return alarm_view(
                await application.operations.resolve_alarm(
                    request.user, AlarmId(alarm_id), reason=data.reason
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)
