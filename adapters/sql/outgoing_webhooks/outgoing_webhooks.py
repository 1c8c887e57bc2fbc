"""Outgoing webhooks, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, select, update

from ....ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ....ports.language.paging import Page, PageRequest
from ....ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook
from ....ports.webhook_endpoints import OutgoingWebhooks
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, delete_portion, update_row
from ..schema import outgoing_webhooks

_webhooks = outgoing_webhooks.c
_OF_ENDPOINT = _webhooks.endpoint_id == bindparam("endpoint_id")
_WAITS = _OF_ENDPOINT & _webhooks.due_at.is_not(None)
_IN_STATE = _webhooks.state == bindparam("state", type_=_webhooks.state.type)

_ADD = Statement(
    insert_or_skip(outgoing_webhooks).values(
        {column: bindparam(column.name) for column in _webhooks}
    )
)
_SAVE = Statement(
    update_row(outgoing_webhooks, fixed=("endpoint_id", "kind", "body", "created_at", "once_for"))
)
_FIND = Statement(select(outgoing_webhooks).where(_webhooks.id == bindparam("id")), locks=True)
_NEXT = Statement(
    select(outgoing_webhooks).where(_WAITS).order_by(_webhooks.due_at, _webhooks.id).limit(1)
)
_WAITING = Statement(
    select(func.count().label("number")).select_from(
        select(literal(1).label("one")).where(_WAITS).limit(bindparam("limit")).subquery()
    )
)
_FAIL = Statement(
    update(outgoing_webhooks)
    .where(_webhooks.endpoint_id == bindparam("of_endpoint"), _webhooks.due_at.is_not(None))
    .values(state=OutgoingState.FAILED, due_at=None, error=bindparam("why")),
    long=True,
)
_PAGES = {
    in_state: Statement(
        newest_first(
            select(outgoing_webhooks).where(_OF_ENDPOINT, *([_IN_STATE] if in_state else [])),
            _webhooks.id,
        )
    )
    for in_state in (False, True)
}
_SINCE = Statement(
    select(outgoing_webhooks)
    .where(_OF_ENDPOINT, _IN_STATE, _webhooks.created_at >= bindparam("since"))
    .order_by(_webhooks.id)
    .limit(bindparam("limit"))
)
_FORGET = Statement(
    delete_portion(
        outgoing_webhooks,
        and_(_webhooks.created_at < bindparam("before"), _webhooks.due_at.is_(None)),
    ),
    long=True,
)


class SqlOutgoingWebhooks(OutgoingWebhooks):
    """Outgoing webhooks, one row each. Those that wait have an instant when they are due."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, webhooks: Sequence[OutgoingWebhook]) -> None:
        await self._database.execute_many(_ADD, [_values(webhook) for webhook in webhooks])

    async def find(self, webhook_id: OutgoingWebhookId) -> OutgoingWebhook | None:
        row = await self._database.first(_FIND, id=webhook_id)
        return None if row is None else _webhook(row)

    async def save(self, webhook: OutgoingWebhook) -> None:
        await self._database.execute(_SAVE, **_values(webhook))

    async def next(self, endpoint_id: WebhookEndpointId) -> OutgoingWebhook | None:
        row = await self._database.first(_NEXT, endpoint_id=endpoint_id)
        return None if row is None else _webhook(row)

    async def waiting(self, endpoint_id: WebhookEndpointId, limit: int) -> int:
        row = await self._database.first(_WAITING, endpoint_id=endpoint_id, limit=limit)
        assert row is not None
        return int(row.number)

    async def fail_waiting(self, endpoint_id: WebhookEndpointId, error: str) -> None:
        await self._database.execute(_FAIL, of_endpoint=endpoint_id, why=error)

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        request: PageRequest,
        *,
        state: OutgoingState | None = None,
    ) -> Page[OutgoingWebhook]:
        values: dict[str, Any] = {"endpoint_id": endpoint_id}
        if state is not None:
            values["state"] = state
        statement = _PAGES[state is not None]
        return await page(self._database, statement, request, _webhook, **values)

    async def since(
        self,
        endpoint_id: WebhookEndpointId,
        since: datetime,
        state: OutgoingState,
        limit: int,
    ) -> Sequence[OutgoingWebhook]:
        rows = await self._database.rows(
            _SINCE, endpoint_id=endpoint_id, since=since, state=state, limit=limit
        )
        return [_webhook(row) for row in rows]

    async def forget(self, before: datetime) -> int:
        return await self._database.execute(_FORGET, before=before)


_FIELDS = tuple(OutgoingWebhook.__slots__)


def _values(webhook: OutgoingWebhook) -> dict[str, Any]:
    return {name: getattr(webhook, name) for name in _FIELDS}


def _webhook(row: Row) -> OutgoingWebhook:
    return OutgoingWebhook(**{name: getattr(row, name) for name in _FIELDS})
