"""Webhook endpoints, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, delete, literal, or_, select, update

from ....ports.language.errors import NotFound
from ....ports.language.ids import UserId, WebhookEndpointId
from ....ports.language.paging import Page, PageRequest
from ....ports.language.webhook_endpoints import WebhookEndpoint
from ....ports.webhook_endpoints import WebhookEndpoints
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, insert_row, update_row
from ..schema import outgoing_webhooks, webhook_endpoints, webhook_subscriptions

_NOBODY = UUID(int=0)
"""The audience of endpoints that get everything."""

_endpoints, _subscriptions = webhook_endpoints.c, webhook_subscriptions.c

_ADD = Statement(insert_row(webhook_endpoints))
_SAVE = Statement(update_row(webhook_endpoints, fixed=("owner_id", "created_at", "everything")))
_SUBSCRIBE = Statement(insert_row(webhook_subscriptions))
_UNSUBSCRIBE = Statement(
    delete(webhook_subscriptions).where(_subscriptions.endpoint_id == bindparam("of_id"))
)
_REMOVE_WEBHOOKS = Statement(
    delete(outgoing_webhooks).where(outgoing_webhooks.c.endpoint_id == bindparam("of_id")),
    long=True,
)
_REMOVE = Statement(delete(webhook_endpoints).where(_endpoints.id == bindparam("of_id")))
_GET = Statement(select(webhook_endpoints).where(_endpoints.id == bindparam("id")), locks=True)
_OF_USER = select(webhook_endpoints).where(_endpoints.owner_id == bindparam("owner_id"))
_ALL_OF_USER = Statement(_OF_USER)
_PAGE = Statement(newest_first(select(webhook_endpoints), _endpoints.id))
_PAGE_OF_USER = Statement(newest_first(_OF_USER, _endpoints.id))
_OF_KIND = _subscriptions.kind == bindparam("kind")
_IS_WANTED = Statement(select(literal(1).label("one")).where(_OF_KIND).limit(1))
_SUBSCRIBED = (
    select(webhook_endpoints)
    .join(webhook_subscriptions, _subscriptions.endpoint_id == _endpoints.id)
    .where(_OF_KIND)
)
_CONCERNED = Statement(_SUBSCRIBED.where(one_of(_subscriptions.audience, "audience")))
_ALL_CONCERNED = Statement(_SUBSCRIBED)
_AT = bindparam("at", type_=_endpoints.due_at.type)
_EARLIER = case((_endpoints.due_at <= _AT, _endpoints.due_at), else_=_AT)
_WAKE = Statement(
    update(webhook_endpoints).where(_endpoints.id == bindparam("of_id")).values(due_at=_EARLIER)
)
_DUE = Statement(
    select(_endpoints.id)
    .where(
        _endpoints.due_at <= bindparam("now"),
        or_(_endpoints.rests_until.is_(None), _endpoints.rests_until <= bindparam("now")),
        or_(_endpoints.claimed_until.is_(None), _endpoints.claimed_until <= bindparam("now")),
    )
    .order_by(case((_endpoints.failures > 0, 1), else_=0), _endpoints.due_at, _endpoints.id)
    .limit(bindparam("limit")),
    takes_free_of=webhook_endpoints,
)
_CLAIM = Statement(
    update(webhook_endpoints)
    .where(_endpoints.id == bindparam("of_id"))
    .values(claimed_until=bindparam("until"))
)


class SqlWebhookEndpoints(WebhookEndpoints):
    """Endpoints, one row each, with a row per kind while they are enabled."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, endpoint: WebhookEndpoint) -> None:
        await self._database.execute(_ADD, **_values(endpoint))
        await self._subscribe(endpoint)

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        endpoint = await self.find(endpoint_id)
        if endpoint is None:
            raise NotFound(what="webhook endpoint", id=endpoint_id)
        return endpoint

    async def find(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        row = await self._database.first(_GET, id=endpoint_id)
        return None if row is None else _endpoint(row)

    async def save(self, endpoint: WebhookEndpoint) -> None:
        before = await self.find(endpoint.id)
        await self._database.execute(_SAVE, **_values(endpoint))
        if before is None:
            raise NotFound(what="webhook endpoint", id=endpoint.id)
        if _audience(before) != _audience(endpoint):
            await self._database.execute(_UNSUBSCRIBE, of_id=endpoint.id)
            await self._subscribe(endpoint)

    async def remove(self, endpoint_id: WebhookEndpointId) -> None:
        for statement in (_UNSUBSCRIBE, _REMOVE_WEBHOOKS, _REMOVE):
            await self._database.execute(statement, of_id=endpoint_id)

    async def lock(self, user_id: UserId) -> int:
        await self._database.lock(f"webhook endpoints {user_id}")
        return len(await self._database.rows(_ALL_OF_USER, owner_id=user_id))

    async def page(
        self, request: PageRequest, *, owner_id: UserId | None = None
    ) -> Page[WebhookEndpoint]:
        if owner_id is None:
            return await page(self._database, _PAGE, request, _endpoint)
        return await page(self._database, _PAGE_OF_USER, request, _endpoint, owner_id=owner_id)

    async def is_wanted(self, kind: str) -> bool:
        return await self._database.first(_IS_WANTED, kind=kind) is not None

    async def concerned_by(
        self, kind: str, users: Collection[UserId] | None
    ) -> Sequence[WebhookEndpoint]:
        if users is None:
            rows = await self._database.rows(_ALL_CONCERNED, kind=kind)
        else:
            audience = [_NOBODY, *users]
            rows = await self._database.rows(_CONCERNED, kind=kind, audience=audience)
        return sorted((_endpoint(row) for row in rows), key=lambda each: each.id)

    async def wake(self, endpoint_ids: Collection[WebhookEndpointId], at: datetime) -> None:
        rows = [{"of_id": endpoint_id, "at": at} for endpoint_id in endpoint_ids]
        await self._database.execute_many(_WAKE, rows)

    async def claim(
        self, now: datetime, until: datetime, limit: int
    ) -> Sequence[WebhookEndpointId]:
        rows = await self._database.rows(_DUE, now=now, limit=limit)
        claims = [{"of_id": row.id, "until": until} for row in rows]
        if claims:
            await self._database.execute_many(_CLAIM, claims)
        return [row.id for row in rows]

    async def _subscribe(self, endpoint: WebhookEndpoint) -> None:
        rows = [
            {"kind": kind, "audience": audience, "endpoint_id": endpoint.id}
            for kind, audience in _audience(endpoint)
        ]
        if rows:
            await self._database.execute_many(_SUBSCRIBE, rows)


def _audience(endpoint: WebhookEndpoint) -> set[tuple[str, UUID]]:
    """Return what an endpoint subscribes to: kinds of events, and whose."""
    if endpoint.disabled is not None:
        return set()
    return {
        (kind, _NOBODY if endpoint.everything else endpoint.owner_id) for kind in endpoint.kinds
    }


def _values(endpoint: WebhookEndpoint) -> dict[str, Any]:
    values = {name: getattr(endpoint, name) for name in WebhookEndpoint.__slots__}
    return values | {"kinds": encode(endpoint.kinds)}


def _endpoint(row: Row) -> WebhookEndpoint:
    values = {name: getattr(row, name) for name in WebhookEndpoint.__slots__}
    return WebhookEndpoint(**values | {"kinds": decode(row.kinds, tuple[str, ...])})
