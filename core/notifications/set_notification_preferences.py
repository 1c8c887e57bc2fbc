"""Set your notification preferences."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.errors import InvalidText, OutOfRange
from ...ports.language.notifications import (
    ALWAYS_SENT,
    Channel,
    NotificationKind,
    NotificationPreferences,
)
from ...ports.language.users import Actor
from ...ports.notifications import Preferences
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user

MAX_DEVICES = 10
MAX_DEVICE_TOKEN = 255
PHONE_PATTERN = r"\+[1-9][0-9]{7,14}"
"""E.164: a plus, the country code and the number, 8 to 15 digits in all."""
DEVICE_PATTERN = r"[!-~]+"
"""Visible ASCII characters, as in the tokens of push services."""


@dataclass(frozen=True, slots=True)
class SetNotificationPreferences:
    """A user replaces all their preferences: phone, devices, and channels for each kind.

    A kind that is left out uses the default channels. A kind without channels is off. The phone is
    in E.164 format. Up to 10 devices are given by their distinct tokens. A channel may be chosen
    before its phone or device is set. A phone that was given up is tried again once another one was
    set. If addresses are verified, another phone gets no messages before it is proven.

    For some kinds nobody chooses channels. They are always sent.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    clock: Clock
    verify_addresses: bool

    async def __call__(
        self,
        actor: Actor,
        *,
        phone: str | None,
        devices: Sequence[str],
        channels: Mapping[NotificationKind, Set[Channel]],
    ) -> NotificationPreferences:
        """Return the new preferences. Raises InvalidText, OutOfRange, AccountClosed."""
        _check_phone(phone)
        _check_devices(devices)
        _check_kinds(channels)
        async with self.transaction():
            await open_user(self.users, actor.user_id)  # locks the preferences for a change
            before = await self.preferences.get(actor.user_id)
            preferences = replace(
                before,
                phone=phone,
                phone_proven_at=self._proven_at(before, phone),
                devices=tuple(devices),
                channels=tuple((kind, frozenset(channels[kind])) for kind in sorted(channels)),
                unreachable=tuple(
                    lost
                    for lost in before.unreachable
                    if lost.channel is not Channel.SMS or lost.address == phone
                ),
            )
            await self.preferences.put(preferences)
        return preferences

    def _proven_at(self, before: NotificationPreferences, phone: str | None) -> datetime | None:
        if phone == before.phone:
            return before.phone_proven_at
        return None if phone is None or self.verify_addresses else self.clock.now()


def _check_kinds(kinds: Iterable[NotificationKind]) -> None:
    if fixed := sorted(ALWAYS_SENT.intersection(kinds)):
        problem = f"cannot be chosen for what is always sent: {', '.join(fixed)}"
        raise InvalidText(field="channels", problem=problem)


def _check_phone(phone: str | None) -> None:
    if phone is not None and not re.fullmatch(PHONE_PATTERN, phone):
        raise InvalidText(field="phone", problem="must be a number in E.164, such as +15550100")


def _check_devices(devices: Sequence[str]) -> None:
    if len(devices) > MAX_DEVICES:
        raise OutOfRange(field="devices", value=len(devices), minimum=0, maximum=MAX_DEVICES)
    for device in devices:
        if len(device) > MAX_DEVICE_TOKEN or not re.fullmatch(DEVICE_PATTERN, device):
            problem = f"must have 1 to {MAX_DEVICE_TOKEN} visible ASCII characters each"
            raise InvalidText(field="devices", problem=problem)
    if len(set(devices)) != len(devices):
        raise InvalidText(field="devices", problem="must name each device once")
