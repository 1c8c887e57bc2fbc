"""Users mark notifications as read or unread."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.mark_notification import MarkNotification
from solebook.ports.language.errors import NotFound
from solebook.ports.language.notifications import Notification
from solebook.ports.language.users import Actor

from ...ports.records import Records


@pytest.fixture
def actor(records: Records) -> Actor:
    return Actor(records.user_id(), frozenset())


@pytest.fixture
def mark(store: Store, clock: VirtualClock) -> MarkNotification:
    return MarkNotification(
        transaction=store.transaction, notifications=store.notifications, clock=clock
    )


async def added(store: Store, notification: Notification) -> Notification:
    async with store.transaction():
        await store.notifications.add(notification)
    return notification


async def test_the_time_of_the_first_reading_is_kept_until_marked_unread(
    store: Store, records: Records, clock: VirtualClock, actor: Actor, mark: MarkNotification
) -> None:
    told = await added(store, records.notification(actor.user_id))
    read = await mark(actor, told.id, read=True)
    assert read == replace(told, read_at=clock.now())
    await clock.advance(timedelta(hours=1))
    assert await mark(actor, told.id, read=True) == read
    assert await store.notifications.find(told.id) == read
    assert await mark(actor, told.id, read=False) == told
    assert await mark(actor, told.id, read=False) == told
    assert await store.notifications.find(told.id) == told
    assert (await mark(actor, told.id, read=True)).read_at == clock.now()


@pytest.mark.parametrize("whose", ["nobody's", "another's", "kept out of the app"])
async def test_a_notification_outside_your_inbox_is_not_found(
    store: Store, records: Records, actor: Actor, mark: MarkNotification, whose: str
) -> None:
    own = records.notification(actor.user_id, in_app=whose != "kept out of the app")
    told = replace(own, user_id=records.user_id()) if whose == "another's" else own
    if whose != "nobody's":
        await added(store, told)
    with pytest.raises(NotFound) as refused:
        await mark(actor, told.id, read=True)
    assert refused.value.id == told.id
    found = await store.notifications.find(told.id)
    assert found is None or found.read_at is None
