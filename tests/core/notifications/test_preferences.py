"""Users set their notification preferences."""

from typing import Any

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.set_notification_preferences import SetNotificationPreferences
from solebook.ports.language.errors import InvalidText, OutOfRange, Refusal
from solebook.ports.language.notifications import (
    Channel,
    NotificationKind,
    NotificationPreferences,
)
from solebook.ports.language.users import Actor, User

NOTHING: dict[str, Any] = {"phone": None, "devices": (), "channels": {}}
SAID: dict[str, Any] = {
    "phone": "+15550100",
    "devices": ["device-1", "device-2"],
    "channels": {
        NotificationKind.WELCOME: set(),
        NotificationKind.BID_MATCHED: {Channel.SMS, Channel.EMAIL},
    },
}


@pytest.fixture
async def actor(store: Store, user: User) -> Actor:
    async with store.transaction():
        await store.users.add(user)
    return Actor(user.id, user.roles)


@pytest.fixture
def set_preferences(store: Store, clock: VirtualClock) -> SetNotificationPreferences:
    return SetNotificationPreferences(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        clock=clock,
        verify_addresses=False,
    )


async def test_new_preferences_replace_all_old_ones(
    store: Store, actor: Actor, set_preferences: SetNotificationPreferences
) -> None:
    said = await set_preferences(actor, **SAID)
    assert said == await store.preferences.get(actor.user_id)
    assert (said.phone, said.devices) == ("+15550100", ("device-1", "device-2"))
    assert said.channels_for(NotificationKind.WELCOME) == set()
    assert said.channels_for(NotificationKind.BID_MATCHED) == {Channel.SMS, Channel.EMAIL}
    default = NotificationPreferences(actor.user_id)
    kind = NotificationKind.ASK_MATCHED
    assert said.channels_for(kind) == default.channels_for(kind)

    assert await set_preferences(actor, **NOTHING) == default
    assert await store.preferences.get(actor.user_id) == default


@pytest.mark.parametrize("phone", ["+12345678", "+491511234567890"])
async def test_a_phone_has_8_to_15_digits(
    actor: Actor, set_preferences: SetNotificationPreferences, phone: str
) -> None:
    said = await set_preferences(actor, **NOTHING | {"phone": phone})
    assert said.phone == phone


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "+",
        "15550100",
        "+1555010",
        "+0555010099",
        "+1234567890123456",
        "+1 555 0100 00",
        "+1555010\n",
        "+15550100\n",
        "+1555010٣",
    ],
)
async def test_an_invalid_phone_is_refused_and_nothing_changes(
    store: Store, actor: Actor, set_preferences: SetNotificationPreferences, phone: str
) -> None:
    before = await set_preferences(actor, **SAID)
    with pytest.raises(InvalidText) as refused:
        await set_preferences(actor, **NOTHING | {"phone": phone})
    assert refused.value.field == "phone"
    assert await store.preferences.get(actor.user_id) == before


async def test_ten_devices_of_255_characters_are_stored(
    actor: Actor, set_preferences: SetNotificationPreferences
) -> None:
    devices = [f"{n}" + "~!" * 127 for n in range(10)]
    said = await set_preferences(actor, **NOTHING | {"devices": devices})
    assert said.devices == tuple(devices)


@pytest.mark.parametrize(
    ("devices", "refusal"),
    [
        ([""], InvalidText),
        (["x" * 256], InvalidText),
        (["two words"], InvalidText),
        (["tøken"], InvalidText),
        (["token\n"], InvalidText),
        (["same", "same"], InvalidText),
        ([f"device-{n}" for n in range(11)], OutOfRange),
    ],
)
async def test_invalid_devices_are_refused_and_nothing_changes(
    store: Store,
    actor: Actor,
    set_preferences: SetNotificationPreferences,
    devices: list[str],
    refusal: type[Refusal],
) -> None:
    before = await set_preferences(actor, **SAID)
    with pytest.raises(refusal) as refused:
        await set_preferences(actor, **NOTHING | {"devices": devices})
    assert refused.value.data()["field"] == "devices"
    assert await store.preferences.get(actor.user_id) == before
