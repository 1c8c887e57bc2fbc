"""Deliver a notification over one channel."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.events import NotificationRequested
from ...ports.language.mail import Mail, PushMessage, TextMessage, Undeliverable, message_id
from ...ports.language.notifications import (
    UNSUBSCRIBED_AT_A_CLICK,
    Channel,
    Letter,
    Notification,
    Recipient,
)
from ...ports.messengers import Mailer, PushMessenger, TextMessenger
from ...ports.notifications import Notifications
from ...ports.orders import Orders
from ...ports.templates import Templates
from .channels import usable_channels
from .give_up_addresses import GiveUpAddresses
from .letter_links import LetterLinks
from .outdated import is_outdated


class OverdueLetter(Exception):
    """A messenger has been unavailable for so long that an admin must look at it."""


@dataclass(frozen=True, slots=True)
class DeliverNotification:
    """Renders a notification and hands it to the channel's messenger.

    Every attempt has the same id, derived from notification and channel, so that a messenger can
    detect duplicates. It delivers nothing if the user has disabled the channel meanwhile, if the
    email is not proven, or if the notification or the user no longer exists. An address that cannot
    be reached is given up, and the delivery is over. `patience` is the timeout of a messenger.
    While the messenger is unavailable, it is tried for `life`, and is then left to an admin.
    """

    notifications: Notifications
    orders: Orders
    templates: Templates
    mailer: Mailer
    text_messenger: TextMessenger
    push_messenger: PushMessenger
    give_up: GiveUpAddresses
    letter_links: LetterLinks
    clock: Clock
    patience: timedelta = timedelta(seconds=30)
    life: timedelta = timedelta(days=3)

    async def __call__(self, event: NotificationRequested) -> None:
        """Deliver it. Raises Unavailable if the messenger failed or timed out; retry then."""
        found = await self.notifications.find_addressed(event.notification_id)
        if found is None:
            return
        notification, recipient = found
        usable = usable_channels(recipient, notification.notice.KIND)
        if event.channel not in usable:
            return
        # The same letter at each attempt, with links as old as the notification.
        choices = self.letter_links.choose(recipient, notification.created_at)
        letter = self.templates.render(notification.notice, recipient, choices_url=choices)
        id_ = message_id(notification.id, event.channel)
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                lost = await self._send(event.channel, id_, letter, notification, recipient)
        except TimeoutError as error:
            raise Unavailable(what=f"the messenger of {event.channel}") from error
        if lost:
            await self.give_up(recipient.user_id, event.channel, lost)

    async def again(self, event: NotificationRequested) -> None:
        """Deliver it after a failed attempt, unless its order made it untrue.

        The letter that follows may have been sent meanwhile, and this one would contradict it.
        Raises Unavailable, and OverdueLetter when it is too late for another attempt.
        """
        notification = await self.notifications.find(event.notification_id)
        if notification is not None and (order_id := notification.notice.order_id) is not None:
            order = await self.orders.get(order_id)
            if is_outdated(notification.notice.KIND, order.status):
                return
        try:
            await self(event)
        except Unavailable as error:
            if notification and notification.created_at + self.life < self.clock.now():
                raise OverdueLetter(str(error)) from error
            raise

    async def _send(
        self,
        channel: Channel,
        id_: UUID,
        letter: Letter,
        notification: Notification,
        recipient: Recipient,
    ) -> Sequence[Undeliverable]:
        preferences = recipient.preferences
        match channel:
            case Channel.EMAIL:
                kind, url = notification.notice.KIND, None
                if kind in UNSUBSCRIBED_AT_A_CLICK:
                    url = self.letter_links.unsubscribe(recipient, kind, notification.created_at)
                return await self.mailer.send(Mail.of(letter, recipient, id_, url))
            case Channel.SMS:
                assert preferences.phone is not None, preferences
                message = TextMessage(id_, preferences.phone, letter.brief, recipient.user_id)
                return await self.text_messenger.send(message)
            case Channel.PUSH:
                return await self.push_messenger.send(
                    PushMessage(
                        id_,
                        preferences.devices,
                        letter.subject,
                        letter.brief,
                        preferences.subscriptions,
                    )
                )
            case Channel.IN_APP:
                raise AssertionError("the app has no messenger")
