"""Notification preferences."""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from litestar import Controller, get, put
from msgspec import Meta

from ....core.notifications.set_notification_preferences import MAX_DEVICE_TOKEN, MAX_DEVICES
from ....ports.language.errors import AccountClosed, InvalidText
from ....ports.language.notifications import (
    ALWAYS_SENT,
    Channel,
    NotificationKind,
    NotificationPreferences,
    Unreachable,
)
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..openapi.documented import example, problems, success

_CHOOSABLE = [kind for kind in NotificationKind if kind not in ALWAYS_SENT]
Device: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_DEVICE_TOKEN)]
Channels: TypeAlias = Annotated[list[Channel], Meta(max_length=len(Channel))]


class UnreachableView(msgspec.Struct, frozen=True):
    """An email or a phone of yours that no message reached. It is not tried any more."""

    channel: Channel
    address: str
    reason: Unreachable
    since: datetime


class PreferenceSet(msgspec.Struct, forbid_unknown_fields=True):
    """All preferences. They replace the previous ones.

    `phone` is a number in E.164, such as +15550100, and `devices` are push tokens. Without them,
    text and push messages are skipped. `channels` has a list of channels per kind of notification.
    An empty list turns the kind off; omitted kinds use the default. `phone_proven` and
    `unreachable` are accepted as they were read, and change nothing.
    """

    phone: Annotated[str, Meta(min_length=9, max_length=16)] | None = None
    phone_proven: bool | None = None
    devices: Annotated[list[Device], Meta(max_length=MAX_DEVICES)] = []
    channels: dict[NotificationKind, Channels] = {}
    unreachable: Annotated[list[UnreachableView], Meta(max_length=len(Channel))] = []


class PreferencesView(msgspec.Struct, frozen=True):
    """The channels of every kind of notification that can be turned off, chosen or by default.

    A phone gets no messages before it is proven. `unreachable` has the addresses that are not tried
    any more, until you have another one.
    """

    phone: str | None
    phone_proven: bool
    devices: list[str]
    channels: dict[NotificationKind, list[Channel]]
    unreachable: list[UnreachableView]


def preferences_view(preferences: NotificationPreferences) -> PreferencesView:
    """Return preferences as a response."""
    return PreferencesView(
        phone=preferences.phone,
        phone_proven=preferences.phone_proven,
        devices=list(preferences.devices),
        channels={kind: sorted(preferences.channels_for(kind)) for kind in _CHOOSABLE},
        unreachable=[
            UnreachableView(lost.channel, lost.address, lost.reason, lost.since)
            for lost in preferences.unreachable
        ],
    )


_SET = {
    "phone": "+15550100",
    "devices": ["d5b1c0ffee"],
    "channels": {"price_dropped": ["push", "sms"], "ask_matched": []},
}
_EXAMPLE = {
    **_SET,
    "phone_proven": True,
    "channels": {kind: ["email", "in_app", "push"] for kind in _CHOOSABLE}
    | {"price_dropped": ["push", "sms"], "ask_matched": []},
    "unreachable": [
        {
            "channel": "sms",
            "address": "+15550100",
            "reason": "invalid",
            "since": "2026-03-01T12:00:00Z",
        }
    ],
}


class NotificationPreferencesController(Controller):
    """Preferences."""

    path = "/v1/users/me/notification-preferences"
    tags = ("notifications",)
    opt = FOR_READERS

    @get(
        summary="View your preferences",
        responses=success(200, PreferencesView, _EXAMPLE) | problems(),
    )
    async def view_preferences(self, request: JsonRequest, application: App) -> PreferencesView:
        """Return your notification channels per kind."""
        return preferences_view(
            await application.notifications.view_notification_preferences(request.user)
        )

    @put(
        summary="Set your preferences",
        responses=success(200, PreferencesView, _EXAMPLE)
        | problems(InvalidText, AccountClosed, body=True),
    )
    async def set_preferences(
        self,
        request: JsonRequest,
        data: Annotated[PreferenceSet, example(_SET)],
        application: App,
    ) -> PreferencesView:
        """Replace your notification preferences. Queued messages follow them too."""
        preferences = await application.notifications.set_notification_preferences(
            request.user,
            phone=data.phone,
            devices=data.devices,
            channels={kind: frozenset(channels) for kind, channels in data.channels.items()},
        )
        return preferences_view(preferences)
