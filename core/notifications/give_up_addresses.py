"""Give up addresses that no message reaches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.errors import NotFound
from ...ports.language.ids import UserId
from ...ports.language.mail import Undeliverable
from ...ports.language.notifications import (
    Channel,
    NotificationPreferences,
    UnreachableAddress,
)
from ...ports.notifications import Preferences
from ...ports.transaction import Transaction
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class GiveUpAddresses:
    """Marks a user's email or phone, so that it is not tried again, and removes lost devices.

    An address that the user does not have any more changes nothing, and neither does one that was
    given up before. The mark is for this address: another one is tried.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    clock: Clock

    async def __call__(
        self, user_id: UserId, channel: Channel, lost: Sequence[Undeliverable]
    ) -> None:
        """Give them up, if there is such a user."""
        async with self.transaction():
            try:
                user = await self.users.get(user_id)  # locks the preferences for a change
            except NotFound:
                return
            before = await self.preferences.get(user_id)
            after = before
            for each in lost:
                after = _without(after, user.email, channel, each, self.clock.now())
            if after != before:
                await self.preferences.put(after)


def _without(
    preferences: NotificationPreferences,
    email: str,
    channel: Channel,
    lost: Undeliverable,
    now: datetime,
) -> NotificationPreferences:
    if channel is Channel.PUSH:
        kept = tuple(device for device in preferences.devices if device != lost.address)
        browsers = tuple(
            each for each in preferences.subscriptions if each.endpoint != lost.address
        )
        return replace(preferences, devices=kept, subscriptions=browsers)
    current = email if channel is Channel.EMAIL else preferences.phone
    if lost.address != current:
        return preferences
    return preferences.given_up(UnreachableAddress(channel, lost.address, lost.reason, now))
