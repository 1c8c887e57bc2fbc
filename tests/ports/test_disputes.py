"""The contract of stored disputes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.disputes import Dispute, DisputeStatus
from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import DisputeId, OrderId
from solebook.ports.language.paging import PageRequest

from .records import Records


def opened(records: Records, name: str, **more: object) -> Dispute:
    dispute = Dispute(
        id=DisputeId(records.ids.new()),
        name=name,
        charge_id="ch_1",
        order_id=None,
        amount=5_000,
        reason="fraudulent",
        status=DisputeStatus.NEEDS_RESPONSE,
        opened_at=records.instant,
        evidence_due_by=records.instant + timedelta(days=7),
        fee=1_500,
    )
    return replace(dispute, **more)  # type: ignore[arg-type]  # the tests name fields


async def stored(store: Store, *disputes: Dispute) -> None:
    async with store.transaction():
        for dispute in disputes:
            assert await store.disputes.open_or_lock(dispute) == dispute


async def test_a_dispute_is_stored_once_by_its_name(store: Store, records: Records) -> None:
    first, second = opened(records, "du_1"), opened(records, "du_1", amount=1)
    await stored(store, first)

    async with store.transaction():
        assert await store.disputes.open_or_lock(second) == first

    assert await store.disputes.get(first.id) == first
    with pytest.raises(NotFound):
        await store.disputes.get(second.id)


async def test_every_field_of_a_dispute_is_saved(store: Store, records: Records) -> None:
    dispute = opened(records, "du_1")
    await stored(store, dispute)
    changed = replace(
        dispute,
        order_id=OrderId(records.ids.new()),
        amount=6_000,
        reason="general",
        status=DisputeStatus.LOST,
        evidence_due_by=None,
        fee=2_000,
        withdrawn=6_000,
        reinstated=1_000,
        borne=-5_000,
        submitted_at=records.instant + timedelta(seconds=1),
        reminded_at=records.instant + timedelta(seconds=2),
        look_at=records.instant + timedelta(seconds=3),
    )

    async with store.transaction():
        await store.disputes.save(changed)

    assert await store.disputes.get(dispute.id) == changed


async def test_an_unknown_dispute_cannot_be_saved(store: Store, records: Records) -> None:
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.disputes.save(opened(records, "du_1"))


async def test_disputes_of_an_order_are_oldest_first(store: Store, records: Records) -> None:
    order_id = OrderId(records.ids.new())
    one, two = (opened(records, name, order_id=order_id) for name in ("du_2", "du_1"))
    await stored(store, two, opened(records, "du_3"), one)

    assert await store.disputes.of_order(order_id) == [one, two]
    assert await store.disputes.of_order(OrderId(uuid4())) == []


async def test_disputes_that_are_due_are_listed_the_longest_overdue_first(
    store: Store, records: Records
) -> None:
    now = records.instant
    late = opened(records, "du_1", look_at=now)
    later = opened(records, "du_2", look_at=now - timedelta(hours=1))
    early = opened(records, "du_3", look_at=now + timedelta(seconds=1))
    await stored(store, late, later, early, opened(records, "du_4"))

    assert await store.disputes.due(now, 10) == [later, late]
    assert await store.disputes.due(now, 1) == [later]


async def test_a_page_of_disputes_is_newest_first(store: Store, records: Records) -> None:
    statuses = list(DisputeStatus)
    disputes = [
        opened(records, f"du_{number}", status=status) for number, status in enumerate(statuses)
    ]
    await stored(store, *disputes)

    first = await store.disputes.page(PageRequest(limit=4))
    rest = await store.disputes.page(PageRequest(limit=4, after=first.next_cursor))
    assert [*first.items, *rest.items] == disputes[::-1]
    assert rest.next_cursor is None
    still_open = await store.disputes.page(PageRequest(), open_only=True)
    assert [each.status for each in still_open.items] == [
        status for status in reversed(statuses) if not status.is_over
    ]
