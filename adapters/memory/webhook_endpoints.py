"""Webhook endpoints and outgoing webhooks, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from ...ports.language.errors import NotFound
from ...ports.language.ids import OutgoingWebhookId, UserId, WebhookEndpointId
from ...ports.language.paging import Page, PageRequest
from ...ports.language.portions import PORTION
from ...ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook, WebhookEndpoint
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .database import MemoryAdapter
from .paging import newest_first


class MemoryWebhookEndpoints(MemoryAdapter, WebhookEndpoints):
    """Endpoints by id, and an index of the enabled ones by kind."""

    async def add(self, endpoint: WebhookEndpoint) -> None:
        await self._database.writing()
        assert endpoint.id not in self._tables.webhook_endpoints, endpoint
        self._put(endpoint)

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        endpoint = await self.find(endpoint_id)
        if endpoint is None:
            raise NotFound(what="webhook endpoint", id=endpoint_id)
        return endpoint

    async def find(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        with await self._database.reading():
            return self._tables.webhook_endpoints.get(endpoint_id)

    async def save(self, endpoint: WebhookEndpoint) -> None:
        await self._database.writing()
        self._unsubscribe(endpoint.id)
        self._put(endpoint)

    async def remove(self, endpoint_id: WebhookEndpointId) -> None:
        await self._database.writing()
        self._unsubscribe(endpoint_id)
        self._database.remove(self._tables.webhook_endpoints, endpoint_id)
        for webhook_id in list(self._tables.webhooks_of_endpoint.get(endpoint_id, ())):
            self._database.remove(self._tables.webhooks_of_endpoint[endpoint_id], webhook_id)
            self._database.remove(self._tables.outgoing_webhooks, webhook_id)

    async def lock(self, user_id: UserId) -> int:
        await self._database.writing()
        return sum(e.owner_id == user_id for e in self._tables.webhook_endpoints.values())

    async def page(
        self, request: PageRequest, *, owner_id: UserId | None = None
    ) -> Page[WebhookEndpoint]:
        with await self._database.reading():
            endpoints = self._tables.webhook_endpoints
            return newest_first(
                endpoints, endpoints, request, lambda e: owner_id in (None, e.owner_id)
            )

    async def is_wanted(self, kind: str) -> bool:
        with await self._database.reading():
            return bool(self._tables.endpoints_of_kind.get(kind))

    async def concerned_by(
        self, kind: str, users: Collection[UserId] | None
    ) -> Sequence[WebhookEndpoint]:
        with await self._database.reading():
            tables = self._tables
            found = [tables.webhook_endpoints[i] for i in tables.endpoints_of_kind.get(kind, ())]
        concerned = (e for e in found if users is None or e.everything or e.owner_id in users)
        return sorted(concerned, key=lambda e: e.id)

    async def wake(self, endpoint_ids: Collection[WebhookEndpointId], at: datetime) -> None:
        await self._database.writing()
        for endpoint_id in endpoint_ids:
            endpoint = self._tables.webhook_endpoints.get(endpoint_id)
            if endpoint is not None and (endpoint.due_at is None or endpoint.due_at > at):
                self._put(replace(endpoint, due_at=at))

    async def claim(
        self, now: datetime, until: datetime, limit: int
    ) -> Sequence[WebhookEndpointId]:
        await self._database.writing()
        due = sorted(
            (e.failures > 0, e.due_at, e.id)
            for e in self._tables.webhook_endpoints.values()
            if e.due_at is not None
            and e.due_at <= now
            and (e.rests_until is None or e.rests_until <= now)
            and (e.claimed_until is None or e.claimed_until <= now)
        )
        claimed = [endpoint_id for *_, endpoint_id in due[:limit]]
        for endpoint_id in claimed:
            endpoint = self._tables.webhook_endpoints[endpoint_id]
            self._put(replace(endpoint, claimed_until=until))
        return claimed

    def _put(self, endpoint: WebhookEndpoint) -> None:
        self._database.put(self._tables.webhook_endpoints, endpoint.id, endpoint)
        for kind in endpoint.kinds if endpoint.disabled is None else ():
            self._database.put(self._tables.endpoints_of_kind[kind], endpoint.id, None)

    def _unsubscribe(self, endpoint_id: WebhookEndpointId) -> None:
        for kind in self._tables.webhook_endpoints[endpoint_id].kinds:
            of_kind = self._tables.endpoints_of_kind[kind]
            if endpoint_id in of_kind:
                self._database.remove(of_kind, endpoint_id)


class MemoryOutgoingWebhooks(MemoryAdapter, OutgoingWebhooks):
    """Outgoing webhooks by id, and an index by endpoint."""

    async def add(self, webhooks: Sequence[OutgoingWebhook]) -> None:
        await self._database.writing()
        for webhook in webhooks:
            if not self._is_stored(webhook):
                of_endpoint = self._tables.webhooks_of_endpoint[webhook.endpoint_id]
                self._database.put(of_endpoint, webhook.id, None)
                self._database.put(self._tables.outgoing_webhooks, webhook.id, webhook)

    def _is_stored(self, webhook: OutgoingWebhook) -> bool:
        if webhook.id in self._tables.outgoing_webhooks:
            return True
        what = webhook.kind, webhook.once_for
        others = self._of(webhook.endpoint_id) if webhook.once_for is not None else ()
        return any((other.kind, other.once_for) == what for other in others)

    async def find(self, webhook_id: OutgoingWebhookId) -> OutgoingWebhook | None:
        with await self._database.reading():
            return self._tables.outgoing_webhooks.get(webhook_id)

    async def save(self, webhook: OutgoingWebhook) -> None:
        await self._database.writing()
        self._database.put(self._tables.outgoing_webhooks, webhook.id, webhook)

    async def next(self, endpoint_id: WebhookEndpointId) -> OutgoingWebhook | None:
        with await self._database.reading():
            due = [(w.due_at, w.id, w) for w in self._of(endpoint_id) if w.due_at is not None]
        return min(due)[2] if due else None

    async def waiting(self, endpoint_id: WebhookEndpointId, limit: int) -> int:
        with await self._database.reading():
            return min(limit, sum(w.due_at is not None for w in self._of(endpoint_id)))

    async def fail_waiting(self, endpoint_id: WebhookEndpointId, error: str) -> None:
        await self._database.writing()
        for webhook in self._of(endpoint_id):
            if webhook.due_at is not None:
                failed = replace(webhook, state=OutgoingState.FAILED, due_at=None, error=error)
                self._database.put(self._tables.outgoing_webhooks, webhook.id, failed)

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        request: PageRequest,
        *,
        state: OutgoingState | None = None,
    ) -> Page[OutgoingWebhook]:
        with await self._database.reading():
            tables = self._tables
            of_endpoint = tables.webhooks_of_endpoint.get(endpoint_id, ())
            return newest_first(
                of_endpoint,
                tables.outgoing_webhooks,
                request,
                lambda webhook: state in (None, webhook.state),
            )

    async def since(
        self,
        endpoint_id: WebhookEndpointId,
        since: datetime,
        state: OutgoingState,
        limit: int,
    ) -> Sequence[OutgoingWebhook]:
        with await self._database.reading():
            of_endpoint = self._of(endpoint_id)
        found = [w for w in of_endpoint if w.state is state and w.created_at >= since]
        return sorted(found, key=lambda w: w.id)[:limit]

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        webhooks = self._tables.outgoing_webhooks
        every = webhooks.values()
        over = (w for w in every if w.created_at < before and w.due_at is None)
        old = list(islice(over, PORTION))
        for webhook in old:
            self._database.remove(webhooks, webhook.id)
            of_endpoint = self._tables.webhooks_of_endpoint[webhook.endpoint_id]
            self._database.remove(of_endpoint, webhook.id)
        return len(old)

    def _of(self, endpoint_id: WebhookEndpointId) -> Sequence[OutgoingWebhook]:
        webhooks = self._tables.outgoing_webhooks
        return [webhooks[i] for i in self._tables.webhooks_of_endpoint.get(endpoint_id, ())]
