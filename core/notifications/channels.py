"""The channels over which a user can be notified."""

from ...ports.language.notifications import Channel, NotificationKind, NotificationPreferences


def usable_channels(
    preferences: NotificationPreferences, kind: NotificationKind
) -> frozenset[Channel]:
    """Return the channels that the user wants for a kind and that can reach the user.

    Email and the app always work. A text message needs a phone, a push message a device.
    """
    unusable = set()
    if preferences.phone is None:
        unusable.add(Channel.SMS)
    if not preferences.devices:
        unusable.add(Channel.PUSH)
    return preferences.channels_for(kind) - unusable
