"""Contracts of Notifications and Preferences."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.ids import UserId
from solebook.ports.language.notifications import (
    Channel,
    Notification,
    NotificationKind,
    NotificationPreferences,
    WelcomeNotice,
)
from solebook.ports.language.paging import Page, PageRequest
from solebook.ports.language.trade_notices import PayoutRefusedNotice

from .pages import all_pages
from .records import Records


async def add(store: Store, *notifications: Notification) -> None:
    async with store.transaction():
        await store.notifications.add(*notifications)


async def listed(store: Store, user_id: UserId, *, unread_only: bool = False) -> list[Notification]:
    async def read(request: PageRequest) -> Page[Notification]:
        return await store.notifications.of_user(user_id, request, unread_only=unread_only)

    return await all_pages(read)


async def mark(store: Store, notification: Notification, records: Records) -> Notification:
    async with store.transaction():
        await store.notifications.mark(notification.id, records.instant)
    return replace(notification, read_at=records.instant)


# ---- Notifications -------------------------------------------------------------------------------


async def test_an_added_notification_is_found_whole(store: Store, records: Records) -> None:
    user_id = records.user_id()
    told = records.notification(user_id)
    read = records.notification(user_id, notice=WelcomeNotice(), read_at=records.instant)
    quiet = records.notification(user_id, in_app=False)
    await add(store, told, read, quiet)
    for one in (told, read, quiet):
        assert await store.notifications.find(one.id) == one
    assert await store.notifications.find(records.notification(user_id).id) is None


async def test_list_has_the_users_notifications_in_the_app_newest_first(
    store: Store, records: Records
) -> None:
    user_id, other = records.user_id(), records.user_id()
    own = [records.notification(user_id) for _ in range(5)]
    quiet = records.notification(user_id, in_app=False)
    await add(store, own[2], own[0], quiet, records.notification(other), *own[3:], own[1])
    assert await listed(store, user_id) == own[::-1]
    assert await listed(store, records.user_id()) == []


async def test_what_was_read_is_listed_but_not_among_the_unread(
    store: Store, records: Records
) -> None:
    user_id = records.user_id()
    own = [records.notification(user_id) for _ in range(5)]
    quiet = records.notification(user_id, in_app=False)
    await add(store, *own, quiet, records.notification(records.user_id()))
    assert await store.notifications.count_unread(user_id) == 5
    own[1] = await mark(store, own[1], records)
    own[4] = await mark(store, own[4], records)
    await mark(store, quiet, records)
    assert await listed(store, user_id) == own[::-1]
    assert await listed(store, user_id, unread_only=True) == [own[3], own[2], own[0]]
    assert await store.notifications.count_unread(user_id) == 3
    assert await store.notifications.count_unread(user_id, most=2) == 2
    assert await store.notifications.count_unread(user_id, most=4) == 3


async def test_what_was_read_can_be_unread_again(store: Store, records: Records) -> None:
    user_id = records.user_id()
    notification = records.notification(user_id)
    await add(store, notification)
    for _ in range(2):
        await mark(store, notification, records)
        async with store.transaction():
            await store.notifications.mark(notification.id, None)
    assert await store.notifications.find(notification.id) == notification
    assert await listed(store, user_id, unread_only=True) == [notification]
    assert await store.notifications.count_unread(user_id) == 1


async def test_user_without_notifications_has_nothing_unread(
    store: Store, records: Records
) -> None:
    assert await store.notifications.count_unread(records.user_id()) == 0


@pytest.mark.parametrize("together", [True, False])
async def test_user_gets_a_kind_once_per_order(
    store: Store, records: Records, together: bool
) -> None:
    user_id, order_id = records.user_id(), records.order_id()
    notice = records.notice(order_id)
    first = records.notification(user_id, notice=notice)
    again = records.notification(
        user_id, notice=replace(notice, shoe=replace(notice.shoe, name=""))
    )
    for notifications in [(first, again)] if together else [(first,), (again,)]:
        await add(store, *notifications)
    assert await store.notifications.find(again.id) is None
    assert await listed(store, user_id) == [first]
    assert await store.notifications.count_unread(user_id) == 1


async def test_another_user_order_or_kind_is_notified_too(store: Store, records: Records) -> None:
    user_id, order_id = records.user_id(), records.order_id()
    notice = records.notice(order_id)
    refused = PayoutRefusedNotice(order_id, notice.shoe, 17_600, "account closed")
    told = [
        records.notification(user_id, notice=notice),
        records.notification(records.user_id(), notice=notice),
        records.notification(user_id, notice=records.notice()),
        records.notification(user_id, notice=refused),
    ]
    await add(store, *told)
    assert [await store.notifications.find(one.id) for one in told] == told


@pytest.mark.parametrize("kind", ["payout refused", "welcome"])
async def test_repeatable_kind_is_notified_again(store: Store, records: Records, kind: str) -> None:
    user_id = records.user_id()
    notice = (
        PayoutRefusedNotice(records.order_id(), records.notice().shoe, 17_600, "account closed")
        if kind == "payout refused"
        else WelcomeNotice()
    )
    told = [records.notification(user_id, notice=notice) for _ in range(2)]
    await add(store, *told)
    assert await listed(store, user_id) == told[::-1]


async def test_rolled_back_notification_can_be_added_again(store: Store, records: Records) -> None:
    notification = records.notification(records.user_id())

    async def tell_and_fail() -> None:
        async with store.transaction():
            await store.notifications.add(notification)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await tell_and_fail()
    assert await store.notifications.find(notification.id) is None
    assert await store.notifications.count_unread(notification.user_id) == 0
    await add(store, notification)
    assert await listed(store, notification.user_id) == [notification]


async def test_notifications_before_the_instant_are_deleted(store: Store, records: Records) -> None:
    user_id, day = records.user_id(), timedelta(days=1)
    old, older, quiet, kept, new = (
        records.notification(user_id, created_at=records.instant + offset, in_app=shown)
        for offset, shown in [
            (-timedelta(microseconds=1), True),
            (-40 * day, True),
            (-2 * day, False),
            (timedelta(0), True),
            (day, True),
        ]
    )
    await add(store, new, old, quiet, older, kept)
    await mark(store, older, records)
    async with store.transaction():
        assert await store.notifications.forget(records.instant) == 3
    async with store.transaction():
        assert await store.notifications.forget(records.instant) == 0
    for gone in (old, older, quiet):
        assert await store.notifications.find(gone.id) is None
    assert await listed(store, user_id) == [new, kept]
    assert await store.notifications.count_unread(user_id) == 2
    again = replace(old, id=quiet.id)
    await add(store, again)
    assert await store.notifications.find(again.id) == again


async def test_a_notification_is_found_with_its_recipient(store: Store, records: Records) -> None:
    plain, choosy = records.user(), records.user()
    preferences = records.preferences(choosy.id)
    told = [records.notification(user.id) for user in (choosy, plain, choosy)]
    orphan = records.notification(records.user_id())
    async with store.transaction():
        await store.users.add(plain)
        await store.users.add(choosy)
        await store.preferences.put(preferences)
        await store.notifications.add(*told, orphan)
        assert await store.notifications.find_addressed(told[1].id) is not None
    unknown = records.notification(plain.id)
    found = await asyncio.gather(
        *(store.notifications.find_addressed(one.id) for one in (*told, orphan, unknown))
    )
    to_plain, to_choosy = records.recipient(plain), records.recipient(choosy, preferences)
    assert found == [(told[0], to_choosy), (told[1], to_plain), (told[2], to_choosy), None, None]


# ---- Preferences ---------------------------------------------------------------------------------


async def test_user_without_preferences_has_the_defaults(store: Store, records: Records) -> None:
    user_id = records.user_id()
    preferences = await store.preferences.get(user_id)
    assert preferences == NotificationPreferences(user_id)
    for kind in NotificationKind:
        assert preferences.channels_for(kind) == {Channel.EMAIL, Channel.PUSH, Channel.IN_APP}


async def test_preferences_are_replaced_as_a_whole_and_are_the_users_own(
    store: Store, records: Records
) -> None:
    user_id, other = records.user_id(), records.user_id()
    full = records.preferences(user_id)
    bare = NotificationPreferences(user_id, channels=((NotificationKind.WELCOME, frozenset()),))
    for preferences in (full, bare, full):
        async with store.transaction():
            await store.preferences.put(preferences)
        assert await store.preferences.get(user_id) == preferences
    assert await store.preferences.get(other) == NotificationPreferences(other)
