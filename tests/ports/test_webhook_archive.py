"""The contract of WebhookArchive."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.ids import Ids
from solebook.ports.language.ids import KeptWebhookId
from solebook.ports.language.kept_webhooks import KeptWebhook, WebhookCount, WebhookState
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Webhook, WebhookKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFUND, OTHER = WebhookKind.CHARGE_REFUNDED, WebhookKind.OTHER


async def keep(store: Store, ids: Ids, number: int, type_: str, kind: WebhookKind) -> KeptWebhook:
    at, name = NOON + timedelta(minutes=number), f"evt_{number}"
    kept = KeptWebhook(KeptWebhookId(ids.new()), name, type_, kind, at, body=b"\x00\xff")
    async with store.transaction():
        await store.webhooks.store(Webhook(name, kind, None, reference="re_1"))
        await store.webhook_archive.keep(kept)
    return kept


async def names(store: Store, state: WebhookState | None = None, type_: str | None = None) -> str:
    page = await store.webhook_archive.page(PageRequest(limit=10), type_=type_, state=state)
    assert all(kept.body is None for kept in page.items)
    return " ".join(kept.webhook_id for kept in page.items)


async def test_webhooks_are_found_with_their_bodies_and_listed_without(
    store: Store, ids: Ids
) -> None:
    kept = [await keep(store, ids, n, f"t{n % 2}", (REFUND, OTHER)[n % 2]) for n in range(4)]
    archive = store.webhook_archive
    assert await archive.find("evt_2") == kept[2]
    assert await archive.find("evt_9") is None
    async with store.transaction():
        await archive.mark_applied("evt_0", NOON)
        await archive.mark_applied("evt_9", NOON)
    assert await names(store) == "evt_3 evt_2 evt_1 evt_0"
    assert await names(store, type_="t1") == "evt_3 evt_1"
    assert await names(store, WebhookState.APPLIED) == "evt_0"
    assert await names(store, WebhookState.WAITING) == "evt_2"
    assert await names(store, WebhookState.UNKNOWN, "t1") == "evt_3 evt_1"
    assert await names(store, WebhookState.FAILED) == ""
    assert await archive.counts() == [
        WebhookCount("t0", REFUND, 2, 1, NOON + timedelta(minutes=2)),
        WebhookCount("t1", OTHER, 2, 2, NOON + timedelta(minutes=3)),
    ]
    first = await archive.page(PageRequest(limit=3))
    rest = await archive.page(PageRequest(limit=3, after=first.next_cursor))
    assert [kept.webhook_id for kept in rest.items] == ["evt_0"]


async def test_webhook_that_is_read_again_has_its_new_kind(store: Store, ids: Ids) -> None:
    await keep(store, ids, 1, "t", OTHER)
    async with store.transaction():
        await store.webhook_archive.mark_applied("evt_1", NOON)
        await store.webhooks.replace(Webhook("evt_1", REFUND, None, amount=7, reference="re_2"))
        await store.webhook_archive.mark_waiting("evt_1")
    found = await store.webhook_archive.find("evt_1")
    assert found is not None
    assert (found.kind, found.state) == (REFUND, WebhookState.WAITING)
    assert (await store.webhooks.get("evt_1")).amount == 7
    assert await store.webhooks.most(REFUND, "re_2") == 7
    assert await store.webhooks.most(OTHER, "re_1") == 0


async def test_old_webhooks_are_forgotten_unless_they_must_be_applied(
    store: Store, ids: Ids
) -> None:
    for number, kind in enumerate((REFUND, REFUND, OTHER, REFUND)):
        await keep(store, ids, number, "t", kind)
    async with store.transaction():
        await store.webhook_archive.mark_applied("evt_1", NOON + timedelta(minutes=3))
        for applied in (0, 3):
            await store.webhook_archive.mark_applied(f"evt_{applied}", NOON)
        assert await store.webhook_archive.forget(NOON + timedelta(minutes=3)) == 2
        assert await store.webhook_archive.forget(NOON + timedelta(minutes=3)) == 0
    assert await names(store) == "evt_3 evt_1"
    with pytest.raises(AssertionError):
        await store.webhooks.get("evt_2")
    async with store.transaction():
        assert await store.webhooks.store(Webhook("evt_0", REFUND, None))
    assert await store.webhooks.most(REFUND, "re_1") == 0


async def test_old_bodies_are_forgotten(store: Store, ids: Ids) -> None:
    for number in range(3):
        await keep(store, ids, number, "t", REFUND)
    async with store.transaction():
        assert await store.webhook_archive.forget_bodies(NOON + timedelta(minutes=2)) == 2
    async with store.transaction():
        assert await store.webhook_archive.forget_bodies(NOON + timedelta(minutes=2)) == 0
    bodies = [await store.webhook_archive.find(f"evt_{number}") for number in range(3)]
    assert [kept.body for kept in bodies if kept is not None] == [None, None, b"\x00\xff"]
