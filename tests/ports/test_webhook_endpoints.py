"""Contract of WebhookEndpoints and OutgoingWebhooks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import OutgoingWebhookId, UserId, WebhookEndpointId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.webhook_endpoints import (
    DisabledBecause,
    OutgoingState,
    OutgoingWebhook,
    WebhookEndpoint,
)

from .records import Records
from .told_records import made

ALL = PageRequest(limit=100)
SECOND = timedelta(seconds=1)


def an_endpoint(records: Records, **fields: Any) -> WebhookEndpoint:
    return made(
        WebhookEndpoint,
        fields,
        id=WebhookEndpointId(records.ids.new()),
        owner_id=records.user_id(),
        url="https://hooks.example.com/",
        kinds=("order.created", "order.shipped"),
        created_at=records.instant,
    )


def a_webhook(records: Records, endpoint: WebhookEndpoint, **fields: Any) -> OutgoingWebhook:
    return made(
        OutgoingWebhook,
        fields,
        id=OutgoingWebhookId(records.ids.new()),
        endpoint_id=endpoint.id,
        kind="order.created",
        body='{"type": "order.created", "ä": 1}',
        created_at=records.instant,
        expires_at=records.instant + timedelta(days=4),
        due_at=records.instant,
    )


async def added(store: Store, *endpoints: WebhookEndpoint) -> None:
    async with store.transaction():
        for endpoint in endpoints:
            await store.webhook_endpoints.add(endpoint)


async def sent(store: Store, *webhooks: OutgoingWebhook) -> None:
    async with store.transaction():
        await store.outgoing_webhooks.add(webhooks)


async def claimed(store: Store, at: Any, limit: int = 10) -> list[WebhookEndpointId]:
    async with store.transaction():
        return list(await store.webhook_endpoints.claim(at, at + 30 * SECOND, limit))


async def test_an_endpoint_is_kept_with_all_that_it_has(store: Store, records: Records) -> None:
    now = records.instant
    plain, full = an_endpoint(records), an_endpoint(records, everything=True)
    await added(store, plain, full)
    full = replace(
        full,
        kinds=("order.shipped",),
        secret_version=2,
        rotated_at=now,
        disabled=DisabledBecause.FAILING,
        failures=7,
        failing_since=now,
        due_at=now,
        rests_until=now,
        claimed_until=now,
    )
    async with store.transaction():
        await store.webhook_endpoints.save(full)
        for endpoint in (plain, full):
            assert await store.webhook_endpoints.find(endpoint.id) == endpoint
        assert await store.webhook_endpoints.lock(plain.owner_id) == 1
    unknown = WebhookEndpointId(records.ids.new())
    assert await store.webhook_endpoints.find(unknown) is None
    with pytest.raises(NotFound):
        await store.webhook_endpoints.get(unknown)
    page = await store.webhook_endpoints.page(PageRequest(limit=1))
    assert (page.items, page.next_cursor) == ((full,), full.id)
    mine = await store.webhook_endpoints.page(ALL, owner_id=plain.owner_id)
    assert mine.items == (plain,)


async def test_an_event_concerns_enabled_endpoints_of_its_users_and_those_of_everything(
    store: Store, records: Records
) -> None:
    endpoints = store.webhook_endpoints
    mine, other = an_endpoint(records), an_endpoint(records)
    everything = an_endpoint(records, everything=True)
    await added(store, mine, other, everything)

    async def concerned(kind: str, *users: UserId) -> list[WebhookEndpoint]:
        return list(await endpoints.concerned_by(kind, users))

    assert await concerned("order.created", mine.owner_id) == [mine, everything]
    assert await concerned("order.created") == [everything]
    assert await endpoints.concerned_by("order.created", None) == [mine, other, everything]
    assert await concerned("order.received", mine.owner_id) == []
    assert await endpoints.is_wanted("order.created")
    assert not await endpoints.is_wanted("order.received")

    async with store.transaction():
        await endpoints.save(replace(mine, kinds=("order.received",)))
        await endpoints.save(replace(everything, disabled=DisabledBecause.OWNER))
    assert await concerned("order.created", mine.owner_id) == []
    assert await endpoints.is_wanted("order.received")


async def test_an_endpoint_is_claimed_by_one_when_it_is_due_and_does_not_rest(
    store: Store, records: Records
) -> None:
    now, endpoints = records.instant, store.webhook_endpoints
    first, second = an_endpoint(records), an_endpoint(records)
    resting = an_endpoint(records, rests_until=now + SECOND)
    await added(store, first, second, resting)
    assert await claimed(store, now) == []
    async with store.transaction():
        await endpoints.wake([second.id, resting.id], now)
        await endpoints.wake([first.id], now - SECOND)
        await endpoints.wake([first.id], now)  # it stays due earlier
    assert await claimed(store, now, 1) == [first.id]
    assert await claimed(store, now) == [second.id]
    assert await claimed(store, now + SECOND) == [resting.id]
    assert await claimed(store, now + 29 * SECOND) == []
    assert await claimed(store, now + 30 * SECOND) == [first.id, second.id]
    async with store.transaction():
        await endpoints.save(replace(first, due_at=None, claimed_until=None))
        await endpoints.save(replace(second, due_at=now, failures=1))
    assert await claimed(store, now + 90 * SECOND) == [resting.id, second.id]


async def test_a_webhook_is_kept_once_with_all_that_it_has(store: Store, records: Records) -> None:
    endpoint, now = an_endpoint(records), records.instant
    await added(store, endpoint)
    plain = a_webhook(records, endpoint)
    once = a_webhook(records, endpoint, once_for=records.order_id())
    await sent(store, plain, once, replace(plain, body="another"))
    await sent(store, replace(once, id=OutgoingWebhookId(records.ids.new())))
    tried = replace(
        once,
        state=OutgoingState.FAILED,
        attempts=3,
        due_at=None,
        attempted_at=now,
        status=500,
        error="answered 500",
        took=12,
    )
    async with store.transaction():
        await store.outgoing_webhooks.save(tried)
        for webhook in (plain, tried):
            assert await store.outgoing_webhooks.find(webhook.id) == webhook
    assert await store.outgoing_webhooks.find(OutgoingWebhookId(records.ids.new())) is None
    page = await store.outgoing_webhooks.page(endpoint.id, ALL)
    assert page.items == (tried, plain)
    failed = await store.outgoing_webhooks.page(endpoint.id, ALL, state=OutgoingState.FAILED)
    assert failed.items == (tried,)


async def test_what_waits_is_found_in_the_sequence_in_which_it_is_due(
    store: Store, records: Records
) -> None:
    now, webhooks = records.instant, store.outgoing_webhooks
    endpoint, other = an_endpoint(records), an_endpoint(records)
    await added(store, endpoint, other)
    later = a_webhook(records, endpoint, due_at=now + SECOND)
    first = a_webhook(records, endpoint)
    second = a_webhook(records, endpoint)
    done = a_webhook(records, endpoint, state=OutgoingState.DELIVERED, due_at=None)
    await sent(store, later, first, second, done)

    assert await webhooks.next(endpoint.id) == first
    assert await webhooks.next(other.id) is None
    assert [await webhooks.waiting(endpoint.id, limit) for limit in (2, 9)] == [2, 3]
    async with store.transaction():
        await webhooks.fail_waiting(endpoint.id, "disabled")
    assert await webhooks.next(endpoint.id) is None
    found = await webhooks.since(endpoint.id, now, OutgoingState.FAILED, 2)
    assert [webhook.id for webhook in found] == [later.id, first.id]
    assert {webhook.error for webhook in found} == {"disabled"}
    assert await webhooks.since(endpoint.id, now + SECOND, OutgoingState.FAILED, 2) == []


async def test_old_webhooks_are_forgotten_unless_they_wait_and_all_with_their_endpoint(
    store: Store, records: Records
) -> None:
    endpoint, webhooks = an_endpoint(records), store.outgoing_webhooks
    await added(store, endpoint)
    done = a_webhook(records, endpoint, state=OutgoingState.DELIVERED, due_at=None)
    waiting = a_webhook(records, endpoint)
    await sent(store, done, waiting)
    async with store.transaction():
        assert await webhooks.forget(records.instant) == 0
        assert await webhooks.forget(records.instant + SECOND) == 1
    assert (await webhooks.page(endpoint.id, ALL)).items == (waiting,)
    async with store.transaction():
        await store.webhook_endpoints.remove(endpoint.id)
    assert await webhooks.find(waiting.id) is None
    assert not await store.webhook_endpoints.is_wanted("order.created")
