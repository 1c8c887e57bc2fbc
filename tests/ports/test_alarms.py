"""Contract of Alarms."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.alarms import MAX_NOTES, Alarm, AlarmKind
from solebook.ports.language.errors import NotFound
from solebook.ports.language.paging import PageRequest

from .pages import all_pages
from .records import Records

DAY = timedelta(days=1)


async def add(store: Store, alarm: Alarm) -> Alarm:
    async with store.transaction():
        return await store.alarms.add(alarm)


async def test_an_alarm_is_read_as_it_was_added(store: Store, records: Records) -> None:
    alarm = await add(store, records.alarm())
    assert await store.alarms.get(alarm.id) == alarm
    assert (await store.alarms.page(PageRequest())).items == (alarm,)


async def test_an_alarm_that_is_not_there_is_not_found(store: Store, records: Records) -> None:
    with pytest.raises(NotFound):
        await store.alarms.get(records.alarm().id)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.alarms.save(records.alarm())


@pytest.mark.parametrize("of_an_order", [True, False])
async def test_repeated_alarm_is_counted_on_the_open_one(
    store: Store, records: Records, of_an_order: bool
) -> None:
    about = {"order_id": records.order_id() if of_an_order else None}
    first = await add(store, records.alarm(**about))
    second = records.alarm(**about, note="still so", last_at=first.last_at + DAY)
    kept = await add(store, second)
    assert kept == replace(first, note="still so", last_at=first.last_at + DAY, count=2)
    assert await all_pages(store.alarms.page) == [kept]


@pytest.mark.parametrize("of_an_order", [True, False])
async def test_alarm_without_a_deadline_keeps_all_notes_without_duplicates(
    store: Store, records: Records, of_an_order: bool
) -> None:
    fields: dict[str, Any] = {"kind": AlarmKind.PROVIDER_REPORT}
    fields["order_id"] = records.order_id() if of_an_order else None
    kept = await add(store, records.alarm(note="charged ch_1", **fields))
    for note in ("paid po_1", "charged ch_1", "charged ch_12"):
        kept = await add(store, records.alarm(note=note, **fields))
    assert await all_pages(store.alarms.page) == [kept]
    assert (kept.note, kept.count) == ("charged ch_1\npaid po_1\ncharged ch_12", 4)


def test_notes_beyond_the_limit_do_not_truncate_earlier_ones(records: Records) -> None:
    alarm = records.alarm(kind=AlarmKind.PROVIDER_REPORT, note="the first")
    for number in range(3_000):
        alarm = alarm.raised_again(replace(alarm, note=f"report {number}"))
    assert alarm.note.startswith("the first\nreport 0\n")
    assert alarm.note.endswith("\nThere is more: see the letters to the admins.")
    assert MAX_NOTES < len(alarm.note) + 100 < MAX_NOTES + 200
    assert alarm.count == 3_001


async def test_an_alarm_of_another_kind_or_order_is_another(store: Store, records: Records) -> None:
    first = await add(store, records.alarm())
    await add(store, records.alarm(order_id=first.order_id, kind=AlarmKind.PROVIDER_REPORT))
    await add(store, records.alarm(order_id=records.order_id()))
    await add(store, records.alarm(order_id=None))
    assert len(await all_pages(store.alarms.page)) == 4


async def test_a_closed_alarm_stays_and_the_next_is_a_new_one(
    store: Store, records: Records
) -> None:
    first = await add(store, records.alarm())
    closed = replace(
        first, closed_at=records.instant, closed_by=records.user_id(), resolution="seen to"
    )
    async with store.transaction():
        await store.alarms.save(closed)
    second = await add(store, records.alarm(order_id=first.order_id))
    assert second.count == 1
    assert await all_pages(store.alarms.page) == [second, closed]
    assert await all_pages(partial(store.alarms.page, open_only=True)) == [second]


async def test_only_the_orders_open_alarms_of_the_given_kinds_are_closed(
    store: Store, records: Records
) -> None:
    kinds = (AlarmKind.PAIR_NOT_CLAIMED, AlarmKind.REVIEW_OVERDUE)
    first = await add(store, records.alarm(kind=kinds[0]))
    other = await add(store, records.alarm(order_id=first.order_id, kind=AlarmKind.PAYOUT_FROZEN))
    elsewhere = await add(store, records.alarm(order_id=records.order_id(), kind=kinds[0]))
    assert first.order_id is not None
    for expected in (1, 0):
        async with store.transaction():
            closed = await store.alarms.close(first.order_id, kinds, records.instant)
        assert closed == expected
    assert await store.alarms.get(first.id) == replace(first, closed_at=records.instant)
    assert await all_pages(partial(store.alarms.page, open_only=True)) == [elsewhere, other]


async def test_rolled_back_alarm_was_never_raised(store: Store, records: Records) -> None:
    first = await add(store, records.alarm())
    order_id = first.order_id
    assert order_id is not None

    async def give_up() -> None:
        async with store.transaction():
            await store.alarms.add(records.alarm(order_id=order_id))
            await store.alarms.close(order_id, [first.kind], records.instant)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await give_up()
    assert await all_pages(partial(store.alarms.page, open_only=True)) == [first]
