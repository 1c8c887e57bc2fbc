"""Contract of PriceAlerts."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import AlertExists, NotFound
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.price_alerts import PriceAlert

from .pages import all_pages
from .records import Records

SECOND = timedelta(seconds=1)


async def add(store: Store, *alerts: PriceAlert) -> None:
    async with store.transaction():
        for alert in alerts:
            await store.price_alerts.add(alert)


async def note_drop(store: Store, alerts: Sequence[PriceAlert], at: datetime) -> None:
    async with store.transaction():
        await store.price_alerts.note_drop([alert.id for alert in alerts], at)


async def in_range(store: Store, book: BookKey, **bounds: Any) -> list[PriceAlert]:
    everything = {"at_least": 0, "below": None, "limit": 100}
    return list(await store.price_alerts.in_range(book, **(everything | bounds)))


async def test_an_alert_is_read_as_it_was_added(store: Store, records: Records) -> None:
    alert = records.price_alert(
        BookKey(records.product_id(), Size("10.5"), Condition.USED),
        dropped_at=records.instant + SECOND,
    )
    await add(store, alert)
    page = await store.price_alerts.of_user(alert.user_id, PageRequest())
    assert page.items == (alert,)
    assert await in_range(store, alert.book, made_by=records.instant) == [alert]


# ---- of a user -----------------------------------------------------------------------------------


async def test_a_users_alerts_come_newest_first_in_pages(store: Store, records: Records) -> None:
    user_id = records.user_id()
    alerts = [records.price_alert(records.book(), user_id=user_id) for _ in range(5)]
    await add(store, *alerts, records.price_alert(records.book()))
    paged = await all_pages(partial(store.price_alerts.of_user, user_id))
    assert paged == alerts[::-1]
    assert await store.price_alerts.count(user_id) == 5


async def test_nobody_has_alerts_before_adding_one(store: Store, records: Records) -> None:
    assert await store.price_alerts.count(records.user_id()) == 0
    assert not (await store.price_alerts.of_user(records.user_id(), PageRequest())).items
    assert not await in_range(store, records.book(), made_by=records.instant)


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
        # What is refused is no harm to the rest of the transaction.
        await store.price_alerts.remove(alert.user_id, others[0].id)
    assert refused.value.id == alert.id
    assert await store.price_alerts.count(alert.user_id) == 3


async def test_only_its_owner_removes_an_alert_and_once(store: Store, records: Records) -> None:
    alert = records.price_alert(records.book())
    await add(store, alert)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.price_alerts.remove(records.user_id(), alert.id)
    assert await store.price_alerts.count(alert.user_id) == 1
    async with store.transaction():
        await store.price_alerts.remove(alert.user_id, alert.id)
    with pytest.raises(NotFound):
        async with store.transaction():
            await store.price_alerts.remove(alert.user_id, alert.id)
    assert await store.price_alerts.count(alert.user_id) == 0
    assert not await in_range(store, alert.book, made_by=records.instant)
    await add(store, replace(alert, id=records.price_alert(alert.book).id))


async def test_what_a_transaction_counted_stays_so_until_its_end(
    store: Store, records: Records
) -> None:
    user_id = records.user_id()

    async def add_unless_there_are_two() -> None:
        async with store.transaction():
            if await store.price_alerts.count(user_id) < 2:
                await asyncio.sleep(0)
                alert = records.price_alert(records.book(), user_id=user_id)
                await store.price_alerts.add(alert)

    await asyncio.gather(*(asyncio.create_task(add_unless_there_are_two()) for _ in range(5)))
    assert await store.price_alerts.count(user_id) == 2


# ---- of a book -----------------------------------------------------------------------------------


async def test_a_range_of_prices_has_its_lower_bound_and_not_its_upper(
    store: Store, records: Records
) -> None:
    book = records.book()
    alerts = [records.price_alert(book, price=price) for price in (300, 100, 400, 200)]
    await add(store, *alerts, records.price_alert(records.book(), price=200))
    found = partial(in_range, store, book, made_by=records.instant)
    assert [a.price for a in await found()] == [100, 200, 300, 400]
    assert [a.price for a in await found(at_least=200, below=400)] == [200, 300]
    assert [a.price for a in await found(at_least=200)] == [200, 300, 400]
    assert await found(at_least=201, below=300) == []
    assert await found(at_least=400, below=100) == []


@pytest.mark.parametrize(
    "other", [{"size": Size("13")}, {"condition": Condition.USED}], ids=["size", "condition"]
)
async def test_other_books_of_the_product_are_no_part_of_a_range(
    store: Store, records: Records, other: dict[str, Any]
) -> None:
    alert = records.price_alert(records.book())
    await add(store, alert)
    assert not await in_range(store, replace(alert.book, **other), made_by=records.instant)


async def test_younger_alerts_are_left_out(store: Store, records: Records) -> None:
    book = records.book()
    made = [records.instant + SECOND * step for step in range(3)]
    alerts = [records.price_alert(book, price=100, created_at=instant) for instant in made]
    await add(store, *alerts)
    assert await in_range(store, book, made_by=made[1]) == alerts[:2]


async def test_a_range_is_read_on_after_an_alert(store: Store, records: Records) -> None:
    book = records.book()
    alerts = [records.price_alert(book, price=price) for price in (200, 100, 200, 100, 200)]
    await add(store, *alerts)
    expected = sorted(alerts, key=lambda alert: (alert.price, alert.id))
    found: list[PriceAlert] = []
    while page := await in_range(
        store,
        book,
        at_least=100,
        made_by=records.instant,
        limit=2,
        after=found[-1] if found else None,
    ):
        # As its use case does: what is noted of an alert does not move it.
        await note_drop(store, page, records.instant)
        assert len(page) <= 2
        found += page
    assert found == expected


# ---- drops ---------------------------------------------------------------------------------------


async def test_the_latest_drop_is_noted_and_never_an_earlier_one(
    store: Store, records: Records
) -> None:
    book = records.book()
    alerts = [records.price_alert(book) for _ in range(3)]
    await add(store, *alerts)
    early, late = records.instant + SECOND, records.instant + SECOND * 2
    await note_drop(store, alerts[:1], late)
    await note_drop(store, alerts[:2], early)
    found = await in_range(store, book, made_by=records.instant)
    assert [alert.dropped_at for alert in found] == [late, early, None]
    page = await store.price_alerts.of_user(alerts[0].user_id, PageRequest())
    assert page.items == (replace(alerts[0], dropped_at=late),)


async def test_a_failed_transaction_leaves_no_alert_and_no_drop(
    store: Store, records: Records
) -> None:
    kept = records.price_alert(records.book())
    await add(store, kept)

    async def fail() -> None:
        async with store.transaction():
            await store.price_alerts.note_drop([kept.id], records.instant)
            await store.price_alerts.add(records.price_alert(kept.book))
            await store.price_alerts.remove(kept.user_id, kept.id)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await in_range(store, kept.book, made_by=records.instant) == [kept]
