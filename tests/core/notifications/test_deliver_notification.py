"""Delivery of a notification by its messengers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import NotificationRequested
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.language.notifications import (
    Channel,
    Notification,
    NotificationKind,
    NotificationPreferences,
)
from solebook.ports.language.users import User

from ...ports.records import Records
from .messengers import ForgetfulMailer, HangingMailer, Messengers, delivering

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
    return NotificationPreferences(user.id, PHONE, DEVICES, everywhere)


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
    assert text == TextMessage(text.id, PHONE, SUBJECT)
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
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable) as refused:
            await impatient(NotificationRequested(told.id, Channel.EMAIL))
    assert refused.value.what == "the messenger of email"


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
