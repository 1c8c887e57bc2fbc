"""Browsers that users subscribe to push messages."""

from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.add_push_subscription import AddPushSubscription
from solebook.core.notifications.channels import usable_channels
from solebook.core.notifications.remove_push_subscription import RemovePushSubscription
from solebook.core.notifications.set_notification_preferences import SetNotificationPreferences
from solebook.ports.language.errors import InvalidText, NotFound
from solebook.ports.language.mail import Undeliverable
from solebook.ports.language.notifications import Channel, NotificationKind, Unreachable
from solebook.ports.language.users import Actor, User

from .messengers import Messengers, delivering

KEYS = {"p256dh": "B" + 86 * "A", "auth": 22 * "A"}
URL = "https://fcm.googleapis.com/fcm/send/"


@pytest.fixture
async def actor(store: Store, user: User) -> Actor:
    async with store.transaction():
        await store.users.add(user)
    return Actor(user.id, user.roles)


@pytest.fixture
def add(store: Store, clock: VirtualClock, ids: SeededIds) -> AddPushSubscription:
    return AddPushSubscription(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        clock=clock,
        ids=ids,
    )


async def endpoints(store: Store, actor: Actor) -> list[str]:
    subscriptions = (await store.preferences.get(actor.user_id)).subscriptions
    return [each.endpoint.removeprefix(URL) for each in subscriptions]


async def test_a_user_has_several_browsers_and_the_oldest_makes_room(
    store: Store, actor: Actor, add: AddPushSubscription
) -> None:
    for number in range(11):
        await add(actor, endpoint=f"{URL}{number}", **KEYS)
    assert await endpoints(store, actor) == [str(number) for number in range(1, 11)]
    [recipient] = (await store.recipients.of({actor.user_id})).values()
    assert Channel.PUSH in usable_channels(recipient, NotificationKind.WELCOME)


async def test_a_browser_that_subscribes_again_keeps_its_id_and_has_new_keys(
    store: Store, actor: Actor, add: AddPushSubscription
) -> None:
    first = await add(actor, endpoint=f"{URL}1", **KEYS)
    again = await add(actor, endpoint=f"{URL}1", **KEYS | {"auth": 22 * "B"})
    assert again.id == first.id
    assert (await store.preferences.get(actor.user_id)).subscriptions == (again,)


async def test_other_preferences_leave_browsers_alone(
    store: Store, actor: Actor, add: AddPushSubscription, clock: VirtualClock
) -> None:
    await add(actor, endpoint=f"{URL}1", **KEYS)
    set_preferences = SetNotificationPreferences(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        clock=clock,
        verify_addresses=False,
    )
    await set_preferences(actor, phone=None, devices=["device-1"], channels={})
    assert await endpoints(store, actor) == ["1"]


async def test_a_removed_browser_and_one_that_is_gone_leave_the_others(
    store: Store, actor: Actor, add: AddPushSubscription, messengers: Messengers
) -> None:
    first, second, _ = [await add(actor, endpoint=f"{URL}{n}", **KEYS) for n in range(3)]
    remove = RemovePushSubscription(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
    )
    await remove(actor, first.id)
    with pytest.raises(NotFound):
        await remove(actor, first.id)
    give_up = delivering(store, messengers).give_up
    gone = Undeliverable(second.endpoint, Unreachable.GONE)
    await give_up(actor.user_id, Channel.PUSH, [gone])
    assert await endpoints(store, actor) == ["2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://fcm.googleapis.com/1"},
        {"endpoint": "https://"},
        {"endpoint": "https://[/1"},
        {"endpoint": URL + 1_000 * "x"},
        {"endpoint": "https://example.com/two words"},
        {"p256dh": "A" * 87},
        {"auth": "short"},
    ],
)
async def test_a_subscription_that_no_browser_gives_is_refused(
    store: Store, actor: Actor, add: AddPushSubscription, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidText) as refused:
        await add(actor, **{"endpoint": f"{URL}1", **KEYS} | wrong)
    assert refused.value.data()["field"] == next(iter(wrong))
    assert await endpoints(store, actor) == []
