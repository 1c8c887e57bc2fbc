"""Delivery of a notification by its messengers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.notifications.deliver_notification import OverdueLetter
from solebook.core.notifications.set_notification_preferences import SetNotificationPreferences
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import NotificationRequested
from solebook.ports.language.mail import Mail, PushMessage, TextMessage, Undeliverable
from solebook.ports.language.notifications import (
    Channel,
    Notification,
    NotificationKind,
    NotificationPreferences,
    Unreachable,
    WelcomeNotice,
)
from solebook.ports.language.users import Actor, User
from solebook.ports.messengers import Mailer, PushMessenger, TextMessenger

from ...ports.records import Records
from .messengers import NOW, ForgetfulMailer, HangingMailer, Messengers, delivering

PHONE, DEVICES = "+15550100", ("device-1", "device-2")
CARRIED = [Channel.EMAIL, Channel.SMS, Channel.PUSH]
SUBJECT = "Order auth passed: Testbrand Model One White/Crème"


@pytest.fixture
async def told(store: Store, records: Records, user: User) -> Notification:
    """Return a notification to a user who wants every channel."""
    notification = records.notification(user.id)
    async with store.transaction():
        await store.users.add(user)
        await store.notifications.add(notification)
    await prefer(store, reachable(user))
    return notification


def reachable(user: User) -> NotificationPreferences:
    everywhere = tuple((kind, frozenset(Channel)) for kind in NotificationKind)
    return NotificationPreferences(
        user.id, PHONE, DEVICES, everywhere, phone_proven_at=user.created_at
    )


async def prefer(store: Store, preferences: NotificationPreferences) -> None:
    async with store.transaction():
        await store.preferences.put(preferences)


async def test_an_email_has_the_whole_letter(
    store: Store, messengers: Messengers, told: Notification, user: User
) -> None:
    await delivering(store, messengers)(NotificationRequested(told.id, Channel.EMAIL))
    (mail,) = messengers.mailer.sent
    assert (mail.to, mail.name, mail.subject) == (user.email, "Test", SUBJECT)
    assert mail.text.startswith("Hello Test,")
    assert "<p>Hello Test,</p>" in mail.html
    assert messengers.counts == (1, 0, 0)


async def test_text_and_push_messages_are_brief(
    store: Store, messengers: Messengers, told: Notification
) -> None:
    deliver = delivering(store, messengers)
    await deliver(NotificationRequested(told.id, Channel.SMS))
    await deliver(NotificationRequested(told.id, Channel.PUSH))
    (text,), (push,) = messengers.text_messenger.sent, messengers.push_messenger.sent
    assert text == TextMessage(text.id, PHONE, SUBJECT, told.user_id)
    assert push == PushMessage(push.id, DEVICES, SUBJECT, SUBJECT)
    assert messengers.counts == (0, 1, 1)


async def test_a_message_id_is_stable_across_retries_and_unique_per_channel(
    store: Store, records: Records, messengers: Messengers, told: Notification, user: User
) -> None:
    another = records.notification(user.id)
    async with store.transaction():
        await store.notifications.add(another)
    deliver = delivering(store, messengers)
    for _ in range(3):
        for notification in (told, another):
            for channel in CARRIED:
                await deliver(NotificationRequested(notification.id, channel))
    sent: list[Mail | TextMessage | PushMessage] = [
        *messengers.mailer.sent,
        *messengers.text_messenger.sent,
        *messengers.push_messenger.sent,
    ]
    assert messengers.counts == (2, 2, 2)
    assert len({message.id for message in sent}) == 6


async def test_a_mail_whose_answer_was_lost_is_sent_again_with_the_same_id(
    store: Store, messengers: Messengers, told: Notification
) -> None:
    mailer = ForgetfulMailer()
    deliver = delivering(store, messengers, mailer)
    event = NotificationRequested(told.id, Channel.EMAIL)
    with pytest.raises(Unavailable):
        await deliver(event)
    await deliver(event)
    first, second = mailer.taken
    assert first == second


async def test_a_messenger_that_hangs_times_out(
    store: Store, messengers: Messengers, told: Notification
) -> None:
    deliver = delivering(store, messengers, HangingMailer())
    assert deliver.patience == timedelta(seconds=30)
    impatient = replace(deliver, patience=timedelta(0))
    async with asyncio.timeout(60):
        with pytest.raises(Unavailable) as refused:
            await impatient(NotificationRequested(told.id, Channel.EMAIL))
    assert refused.value.what == "the messenger of email"


@dataclass
class RefusingMessenger(Mailer, TextMessenger, PushMessenger):
    """Reaches none of these addresses."""

    lost: dict[str, Unreachable]
    asked: int = 0

    async def send(self, message: Mail | TextMessage | PushMessage) -> Sequence[Undeliverable]:
        self.asked += 1
        return [Undeliverable(address, reason) for address, reason in self.lost.items()]


async def test_an_address_that_nobody_has_is_given_up_until_there_is_another(
    store: Store, messengers: Messengers, told: Notification, user: User
) -> None:
    refusing = RefusingMessenger({user.email: Unreachable.REFUSED, PHONE: Unreachable.INVALID})
    deliver = replace(delivering(store, messengers), mailer=refusing, text_messenger=refusing)
    for _ in range(2):
        for channel in (Channel.EMAIL, Channel.SMS):
            await deliver(NotificationRequested(told.id, channel))
    assert refusing.asked == 2
    marks = (await store.preferences.get(user.id)).unreachable
    assert [(mark.channel, mark.address, mark.reason, mark.since) for mark in marks] == [
        (Channel.EMAIL, user.email, Unreachable.REFUSED, NOW),
        (Channel.SMS, PHONE, Unreachable.INVALID, NOW),
    ]
    # Push messages still reach the user, and so does another address.
    await deliver(NotificationRequested(told.id, Channel.PUSH))
    async with store.transaction():
        await store.users.save(replace(user, email="new@example.com"))
    await delivering(store, messengers)(NotificationRequested(told.id, Channel.EMAIL))
    assert messengers.counts == (1, 0, 1)


async def test_a_phone_is_tried_again_once_another_one_was_set(
    store: Store, messengers: Messengers, told: Notification, user: User, clock: VirtualClock
) -> None:
    await delivering(store, messengers).give_up(
        user.id, Channel.SMS, [Undeliverable(PHONE, Unreachable.INVALID)]
    )
    set_preferences = SetNotificationPreferences(
        transaction=store.transaction,
        users=store.users,
        preferences=store.preferences,
        clock=clock,
        verify_addresses=False,
    )
    wanted = {told.notice.KIND: {Channel.SMS}}
    for phone, reached in [(PHONE, False), ("+15550199", True), (PHONE, True)]:
        said = await set_preferences(
            Actor(user.id, user.roles), phone=phone, devices=(), channels=wanted
        )
        assert said.is_reached(Channel.SMS, phone) is reached


async def test_a_device_that_is_gone_is_removed_and_the_others_stay(
    store: Store, messengers: Messengers, told: Notification, user: User
) -> None:
    refusing = RefusingMessenger({DEVICES[0]: Unreachable.GONE})
    deliver = replace(delivering(store, messengers), push_messenger=refusing)
    await deliver(NotificationRequested(told.id, Channel.PUSH))
    preferences = await store.preferences.get(user.id)
    assert (preferences.devices, preferences.unreachable) == (DEVICES[1:], ())


async def test_an_address_that_was_changed_meanwhile_is_not_given_up(
    store: Store, messengers: Messengers, told: Notification, user: User
) -> None:
    before = await store.preferences.get(user.id)
    give_up = delivering(store, messengers).give_up
    old = Undeliverable("old@example.com", Unreachable.REFUSED)
    for channel in CARRIED:
        await give_up(user.id, channel, [old])
    assert await store.preferences.get(user.id) == before


async def test_a_letter_is_left_to_an_admin_when_its_messenger_was_away_for_days(
    store: Store, records: Records, messengers: Messengers, user: User
) -> None:
    welcome = records.notification(user.id, notice=WelcomeNotice())
    async with store.transaction():
        await store.users.add(user)
        await store.notifications.add(welcome)
    event = NotificationRequested(welcome.id, Channel.EMAIL)
    at = welcome.created_at + timedelta(days=3, seconds=1)
    later = replace(delivering(store, messengers, ForgetfulMailer()), clock=VirtualClock(at))
    with pytest.raises(OverdueLetter):
        await later.again(event)
    await later.again(event)  # as when it is replayed


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.PUSH])
async def test_a_removed_phone_or_device_gets_nothing(
    store: Store, messengers: Messengers, told: Notification, user: User, channel: Channel
) -> None:
    await prefer(store, replace(reachable(user), phone=None, devices=()))
    await delivering(store, messengers)(NotificationRequested(told.id, channel))
    assert messengers.counts == (0, 0, 0)


@pytest.mark.parametrize("channel", CARRIED)
async def test_a_kind_disabled_meanwhile_is_not_delivered(
    store: Store, messengers: Messengers, told: Notification, user: User, channel: Channel
) -> None:
    silence = tuple((kind, frozenset({Channel.IN_APP})) for kind in NotificationKind)
    await prefer(store, replace(reachable(user), channels=silence))
    await delivering(store, messengers)(NotificationRequested(told.id, channel))
    assert messengers.counts == (0, 0, 0)


async def test_a_phone_changed_meanwhile_is_used(
    store: Store, messengers: Messengers, told: Notification, user: User
) -> None:
    await prefer(store, replace(reachable(user), phone="+15550199"))
    await delivering(store, messengers)(NotificationRequested(told.id, Channel.SMS))
    (text,) = messengers.text_messenger.sent
    assert text.phone == "+15550199"


async def test_a_deleted_notification_is_not_delivered(
    store: Store, messengers: Messengers, told: Notification, records: Records
) -> None:
    async with store.transaction():
        await store.notifications.forget(records.instant + timedelta(days=1))
    await delivering(store, messengers)(NotificationRequested(told.id, Channel.EMAIL))
    assert messengers.counts == (0, 0, 0)


async def test_a_deleted_user_gets_nothing(
    store: Store, messengers: Messengers, records: Records
) -> None:
    orphan = records.notification(records.user_id())
    async with store.transaction():
        await store.notifications.add(orphan)
    await delivering(store, messengers)(NotificationRequested(orphan.id, Channel.EMAIL))
    assert messengers.counts == (0, 0, 0)


async def test_the_inbox_has_no_messenger(
    store: Store, messengers: Messengers, told: Notification
) -> None:
    with pytest.raises(AssertionError, match="no messenger"):
        await delivering(store, messengers)(NotificationRequested(told.id, Channel.IN_APP))
