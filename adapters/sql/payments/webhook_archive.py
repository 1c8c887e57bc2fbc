"""Webhooks as they were received, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)

from ....ports.language.kept_webhooks import KeptWebhook, WebhookCount, WebhookState
from ....ports.language.paging import Page, PageRequest
from ....ports.language.payments import WebhookKind
from ....ports.language.portions import PORTION
from ....ports.webhook_archive import WebhookArchive
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, insert_row
from ..schema import deliveries, kept_webhooks, webhooks

_HAS_FAILED = exists(
    select(literal(1)).where(
        deliveries.c.key == kept_webhooks.c.webhook_id,
        deliveries.c.attempts > literal_column("0"),  # as its index has it
    )
)
_IS_OTHER = webhooks.c.kind == WebhookKind.OTHER.value
_STATES: dict[WebhookState, ColumnElement[bool]] = {
    WebhookState.FAILED: _HAS_FAILED,
    WebhookState.UNKNOWN: and_(~_HAS_FAILED, _IS_OTHER),
    WebhookState.WAITING: and_(~_HAS_FAILED, ~_IS_OTHER, kept_webhooks.c.applied_at.is_(None)),
    WebhookState.APPLIED: and_(~_HAS_FAILED, ~_IS_OTHER, kept_webhooks.c.applied_at.is_not(None)),
}


def _kept(*, body: bool) -> Select[tuple[object, ...]]:
    return select(
        kept_webhooks.c.id,
        kept_webhooks.c.webhook_id,
        kept_webhooks.c.type,
        webhooks.c.kind,
        kept_webhooks.c.received_at,
        kept_webhooks.c.applied_at,
        (kept_webhooks.c.body if body else null()).label("body"),
        _HAS_FAILED.label("has_failed"),
    ).join(webhooks, webhooks.c.id == kept_webhooks.c.webhook_id)


def _page(*, of_type: bool, state: WebhookState | None) -> Statement:
    query = _kept(body=False)
    if of_type:
        query = query.where(kept_webhooks.c.type == bindparam("type"))
    if state is not None:
        query = query.where(_STATES[state])
    return Statement(newest_first(query, kept_webhooks.c.id))


_KEEP = Statement(insert_row(kept_webhooks))
_LOCK = Statement(
    select(kept_webhooks.c.id).where(kept_webhooks.c.webhook_id == bindparam("webhook_id")),
    locks=True,
)
_FIND = Statement(_kept(body=True).where(kept_webhooks.c.webhook_id == bindparam("webhook_id")))
_MARK = Statement(
    update(kept_webhooks)
    .where(kept_webhooks.c.webhook_id == bindparam("of_id"))
    .values(applied_at=bindparam("at"))
)
_COUNTS = Statement(
    select(
        kept_webhooks.c.type,
        webhooks.c.kind,
        func.count().label("total"),
        (func.count() - func.count(kept_webhooks.c.applied_at)).label("not_applied"),
        func.max(kept_webhooks.c.received_at, type_=kept_webhooks.c.received_at.type).label(
            "newest"
        ),
    )
    .join(webhooks, webhooks.c.id == kept_webhooks.c.webhook_id)
    .group_by(kept_webhooks.c.type, webhooks.c.kind)
    .order_by(kept_webhooks.c.type, webhooks.c.kind)
)
_PAGES = {
    (of_type, state): _page(of_type=of_type, state=state)
    for of_type, state in product((False, True), (None, *WebhookState))
}
_is_old = kept_webhooks.c.received_at < bindparam("before")
_OLD = select(kept_webhooks.c.id).where(kept_webhooks.c.body.is_not(None), _is_old).limit(PORTION)
_FORGET_BODIES = Statement(
    update(kept_webhooks).where(kept_webhooks.c.id.in_(_OLD.scalar_subquery())).values(body=None)
)
# Applying one may make a message about it, which is as old as that.
_was_applied = and_(_STATES[WebhookState.APPLIED], kept_webhooks.c.applied_at < bindparam("before"))
_NEEDLESS = Statement(
    select(kept_webhooks.c.id, kept_webhooks.c.webhook_id)
    .join(webhooks, webhooks.c.id == kept_webhooks.c.webhook_id)
    .where(_is_old, or_(_STATES[WebhookState.UNKNOWN], _was_applied))
    .limit(PORTION),
    locks=True,
)
_FORGET = Statement(delete(kept_webhooks).where(one_of(kept_webhooks.c.id, "ids")), long=True)
_FORGET_READ = Statement(delete(webhooks).where(one_of(webhooks.c.id, "ids")), long=True)


class SqlWebhookArchive(WebhookArchive):
    """Kept webhooks, one row each. Their kinds are those of the stored events."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def keep(self, webhook: KeptWebhook) -> None:
        await self._database.execute(
            _KEEP,
            id=webhook.id,
            webhook_id=webhook.webhook_id,
            type=webhook.type,
            received_at=webhook.received_at,
            applied_at=webhook.applied_at,
            body=webhook.body,
        )

    async def find(self, webhook_id: str) -> KeptWebhook | None:
        await self._database.first(_LOCK, webhook_id=webhook_id)
        row = await self._database.first(_FIND, webhook_id=webhook_id)
        return None if row is None else _read(row)

    async def mark_applied(self, webhook_id: str, at: datetime) -> None:
        await self._database.execute(_MARK, of_id=webhook_id, at=at)

    async def mark_waiting(self, webhook_id: str) -> None:
        await self._database.execute(_MARK, of_id=webhook_id, at=None)

    async def counts(self) -> Sequence[WebhookCount]:
        rows = await self._database.rows(_COUNTS)
        return [
            WebhookCount(row.type, WebhookKind(row.kind), row.total, row.not_applied, row.newest)
            for row in rows
        ]

    async def page(
        self, request: PageRequest, *, type_: str | None = None, state: WebhookState | None = None
    ) -> Page[KeptWebhook]:
        values = {} if type_ is None else {"type": type_}
        statement = _PAGES[type_ is not None, state]
        return await page(self._database, statement, request, _read, **values)

    async def forget(self, before: datetime) -> int:
        old = await self._database.rows(_NEEDLESS, before=before)
        if old:
            await self._database.execute(_FORGET, ids=[row.id for row in old])
            await self._database.execute(_FORGET_READ, ids=[row.webhook_id for row in old])
        return len(old)

    async def forget_bodies(self, before: datetime) -> int:
        return await self._database.execute(_FORGET_BODIES, before=before)


def _read(row: Row) -> KeptWebhook:
    return KeptWebhook(
        id=row.id,
        webhook_id=row.webhook_id,
        type=row.type,
        kind=WebhookKind(row.kind),
        received_at=row.received_at,
        applied_at=row.applied_at,
        body=row.body,
        has_failed=bool(row.has_failed),
    )
