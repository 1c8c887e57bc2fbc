"""The channels over which a user can be notified."""

from ...ports.language.notifications import Channel, NotificationKind, Recipient


def usable_channels(recipient: Recipient, kind: NotificationKind) -> frozenset[Channel]:
    """Return the channels that the user wants for a kind and that can reach the user.

    The app always works. Email needs a proven address that is still tried, a text message a proven
    phone that is still tried, a push message a device.
    """
    preferences, email = recipient.preferences, recipient.email
    unusable = set()
    if not recipient.email_proven or not preferences.is_reached(Channel.EMAIL, email):
        unusable.add(Channel.EMAIL)
    phone = preferences.phone if preferences.phone_proven else None
    if phone is None or not preferences.is_reached(Channel.SMS, phone):
        unusable.add(Channel.SMS)
    if not (preferences.devices or preferences.subscriptions):
        unusable.add(Channel.PUSH)
    return preferences.channels_for(kind) - unusable
