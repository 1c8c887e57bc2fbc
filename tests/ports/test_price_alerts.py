"""Contract of PriceAlerts."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.composition.adapters import Store
from solebook.ports.language.errors import AlertExists, NotFound
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.price_alerts import PriceAlert, PriceFall

from .pages import all_pages
from .records import Records

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


async def add(store: Store, *alerts: PriceAlert) -> None:
    async with store.transaction():
        for alert in alerts:
            await store.price_alerts.add(alert)


async def note_told(store: Store, alert: PriceAlert, at: datetime, lowest_ask: int = 100) -> None:
    async with store.transaction():
        await store.price_alerts.note_told(alert.user_id, alert.book, at, lowest_ask)


async def note_missed(store: Store, *alerts: PriceAlert, missed: bool = True) -> None:
    async with store.transaction():
        await store.price_alerts.note_missed([alert.id for alert in alerts], missed=missed)


def fall(book: BookKey, at: datetime, **fields: Any) -> PriceFall:
    """Return a fall to 100, from no ask, that fires all alerts that rested for an hour."""
    ordinary: dict[str, Any] = {"before": None, "lowest_ask": 100, "pause": HOUR, "memory": DAY}
    return PriceFall(**(ordinary | fields), book=book, at=at)


async def concerned_by(store: Store, fall: PriceFall, *, users: int = 100) -> list[PriceAlert]:
    return list(await store.price_alerts.concerned_by(fall, users=users))


async def of_user(store: Store, alert: PriceAlert) -> dict[int, PriceAlert]:
    page = await store.price_alerts.of_user(alert.user_id, PageRequest())
    return {found.price: found for found in page.items}


async def test_an_alert_is_read_as_it_was_added(store: Store, records: Records) -> None:
    alert = records.price_alert(
        BookKey(records.product_id(), Size("10.5"), Condition.USED),
        dropped_at=records.instant - DAY,
        dropped_to=21_000,
        told_at=records.instant - HOUR,
        missed=True,
    )
    await add(store, alert)
    page = await store.price_alerts.of_user(alert.user_id, PageRequest())
    assert page.items == (alert,)
    assert await concerned_by(store, fall(alert.book, records.instant)) == [alert]


async def count(store: Store, user_id: UserId) -> int:
    async with store.transaction():
        return await store.price_alerts.lock(user_id)


# ---- of a user -----------------------------------------------------------------------------------


async def test_a_users_alerts_come_newest_first_in_pages(store: Store, records: Records) -> None:
    user_id = records.user_id()
    alerts = [records.price_alert(records.book(), user_id=user_id) for _ in range(5)]
    await add(store, *alerts, records.price_alert(records.book()))
    paged = await all_pages(partial(store.price_alerts.of_user, user_id))
    assert paged == alerts[::-1]
    assert await count(store, user_id) == 5


async def test_new_user_has_no_alerts(store: Store, records: Records) -> None:
    assert await count(store, records.user_id()) == 0
    assert not (await store.price_alerts.of_user(records.user_id(), PageRequest())).items
    assert not await concerned_by(store, fall(records.book(), records.instant))


async def test_a_user_has_one_alert_for_each_book_and_price(store: Store, records: Records) -> None:
    book = records.book()
    alert = records.price_alert(book)
    fresh = partial(records.price_alert, user_id=alert.user_id)
    others = [
        fresh(book, price=20_100),
        fresh(replace(book, size=Size("13"))),
        fresh(replace(book, condition=Condition.USED)),
        records.price_alert(book),
    ]
    await add(store, alert, *others)
    async with store.transaction():
        with pytest.raises(AlertExists) as refused:
            await store.price_alerts.add(fresh(book))
        # A refusal does not affect the rest of the transaction.
        await store.price_alerts.remove(alert.user_id, others[0].id)
    assert refused.value.id == alert.id
    assert await count(store, alert.user_id) == 3


async def test_only_its_owner_removes_an_alert_and_once(store: Store, records: Records) -> None:
    alert = records.price_alert(records.book())
    await add(store, alert)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.price_alerts.remove(records.user_id(), alert.id)
    assert await count(store, alert.user_id) == 1
    async with store.transaction():
        await store.price_alerts.remove(alert.user_id, alert.id)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.price_alerts.remove(alert.user_id, alert.id)
    assert await count(store, alert.user_id) == 0
    assert not await concerned_by(store, fall(alert.book, records.instant))
    await add(store, replace(alert, id=records.price_alert(alert.book).id))


async def test_locked_number_of_alerts_does_not_change_until_the_end_of_the_transaction(
    store: Store, records: Records
) -> None:
    user_id = records.user_id()

    async def add_unless_there_are_two() -> None:
        async with store.transaction():
            if await store.price_alerts.lock(user_id) < 2:
                await asyncio.sleep(0)
                alert = records.price_alert(records.book(), user_id=user_id)
                await store.price_alerts.add(alert)

    await asyncio.gather(*(asyncio.create_task(add_unless_there_are_two()) for _ in range(5)))
    assert await count(store, user_id) == 2


# ---- of a book -----------------------------------------------------------------------------------


async def test_a_fall_fires_from_the_new_lowest_ask_up_to_the_one_before(
    store: Store, records: Records
) -> None:
    book = records.book()
    alerts = [records.price_alert(book, price=price) for price in (300, 100, 400, 200)]
    await add(store, *alerts, records.price_alert(records.book(), price=200))

    async def prices(before: int | None, lowest_ask: int) -> list[int]:
        fallen = fall(book, records.instant, before=before, lowest_ask=lowest_ask)
        return sorted(alert.price for alert in await concerned_by(store, fallen))

    assert await prices(None, 100) == [100, 200, 300, 400]
    assert await prices(400, 200) == [200, 300]
    assert await prices(None, 200) == [200, 300, 400]
    assert await prices(300, 201) == []


@pytest.mark.parametrize(
    "other", [{"size": Size("13")}, {"condition": Condition.USED}], ids=["size", "condition"]
)
async def test_a_fall_fires_nothing_in_other_books_of_the_product(
    store: Store, records: Records, other: dict[str, Any]
) -> None:
    alert = records.price_alert(records.book())
    await add(store, alert)
    assert not await concerned_by(store, fall(replace(alert.book, **other), records.instant))


async def test_alerts_that_are_younger_than_the_fall_do_not_fire(
    store: Store, records: Records
) -> None:
    book = records.book()
    made = [records.instant + SECOND * step for step in range(3)]
    alerts = [records.price_alert(book, price=100, created_at=instant) for instant in made]
    await add(store, *alerts)
    assert set(await concerned_by(store, fall(book, made[1]))) == set(alerts[:2])


async def test_the_alerts_of_some_users_come_whole_and_together(
    store: Store, records: Records
) -> None:
    book, users = records.book(), sorted(records.user_id() for _ in range(5))
    prices = (300, 100, 200)
    alerts = [
        records.price_alert(book, price=price, user_id=user) for price in prices for user in users
    ]
    await add(store, *alerts)
    found = await concerned_by(store, fall(book, records.instant), users=2)
    assert len({alert.user_id for alert in found}) == 2
    assert [alert.price for alert in found] == [100, 200, 300] * 2
    for alert in found:
        await note_told(store, alert, records.instant)
    rest = await concerned_by(store, fall(book, records.instant))
    assert {alert.id for alert in (*found, *rest)} == {alert.id for alert in alerts}
    assert len(rest) == 9


times = st.integers(-5, 5).map(lambda hours: hours * timedelta(hours=1))
few = st.integers(1, 4).map(lambda step: 100 * step)
drops = st.tuples(times, st.none() | few, times, st.booleans())


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kept=st.lists(st.tuples(few, times, st.none() | drops), max_size=8),
    falls=st.lists(st.tuples(st.none() | few, few, times, times, times), min_size=4, max_size=8),
)
async def test_every_store_fires_what_the_rule_says(
    store: Store, records: Records, kept: Any, falls: Any
) -> None:
    book = records.book()
    alerts = []
    for price, made, dropped in kept:
        alert = records.price_alert(book, price=price, created_at=records.instant + made)
        if dropped is not None:
            at, to, told, missed = dropped
            alert = replace(
                alert,
                dropped_at=records.instant + at,
                dropped_to=to,
                told_at=records.instant + told,
                missed=missed,
            )
        alerts.append(alert)
    await add(store, *alerts)
    for before, lowest_ask, at, pause, memory in falls:
        fallen = fall(
            book,
            records.instant + at,
            before=before,
            lowest_ask=lowest_ask,
            pause=abs(pause),
            memory=abs(memory),
        )
        expected = [
            alert
            for alert in alerts
            if fallen.concerns(alert) and (fallen.has_rested(alert) or not alert.missed)
        ]
        assert set(await concerned_by(store, fallen)) == set(expected)


# ---- drops ---------------------------------------------------------------------------------------


async def test_all_alerts_of_a_notified_user_on_the_book_rest(
    store: Store, records: Records
) -> None:
    book, user_id = records.book(), records.user_id()
    at = records.instant + SECOND
    mine = [records.price_alert(book, price=price, user_id=user_id) for price in (100, 200, 300)]
    younger = records.price_alert(book, price=400, user_id=user_id, created_at=at + SECOND)
    others = [records.price_alert(book), records.price_alert(records.book(), user_id=user_id)]
    await add(store, *mine, younger, *others)
    await note_missed(store, *mine, *others)
    await note_told(store, mine[0], at, 200)
    found = await of_user(store, mine[0])
    assert found[100] == replace(mine[0], told_at=at)
    assert found[200] == replace(mine[1], told_at=at, dropped_at=at, dropped_to=200)
    assert found[300] == replace(mine[2], told_at=at, dropped_at=at, dropped_to=200)
    assert found[400] == younger
    assert found[20_000] == replace(others[1], missed=True)
    assert await of_user(store, others[0]) == {20_000: replace(others[0], missed=True)}


async def test_the_latest_time_is_noted_and_never_an_earlier_one(
    store: Store, records: Records
) -> None:
    alert = records.price_alert(records.book())
    await add(store, alert)
    early, late = records.instant + SECOND, records.instant + SECOND * 2
    await note_told(store, alert, late, 18_000)
    await note_told(store, alert, early, 17_000)
    told = replace(alert, dropped_at=late, dropped_to=18_000, told_at=late)
    assert await of_user(store, alert) == {alert.price: told}


async def test_missed_alert_is_found_after_its_rest(store: Store, records: Records) -> None:
    told = [records.instant + SECOND * step for step in range(3)]
    alerts = [records.price_alert(records.book(), told_at=at) for at in told]
    await add(store, *alerts)
    await note_missed(store, *alerts)
    assert {a.id for a in await store.price_alerts.missed(told[1], 10)} == {
        alert.id for alert in alerts[:2]
    }
    assert len(await store.price_alerts.missed(told[2], 2)) == 2
    await note_missed(store, alerts[0], missed=False)
    async with store.transaction():
        await store.price_alerts.remove(alerts[1].user_id, alerts[1].id)
    assert [a.id for a in await store.price_alerts.missed(told[2], 10)] == [alerts[2].id]


async def test_a_failed_transaction_leaves_no_alert_and_no_drop(
    store: Store, records: Records
) -> None:
    kept = records.price_alert(records.book())
    await add(store, kept)

    async def fail() -> None:
        async with store.transaction():
            await store.price_alerts.note_told(kept.user_id, kept.book, records.instant, 100)
            await store.price_alerts.note_missed([kept.id], missed=True)
            await store.price_alerts.add(records.price_alert(kept.book))
            await store.price_alerts.remove(kept.user_id, kept.id)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await concerned_by(store, fall(kept.book, records.instant)) == [kept]
