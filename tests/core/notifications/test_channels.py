"""The channels over which a user is notified."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.core.notifications.channels import usable_channels
from solebook.ports.language.ids import UserId
from solebook.ports.language.notifications import (
    ALWAYS_SENT,
    Channel,
    NotificationKind,
    NotificationPreferences,
    Recipient,
    Unreachable,
    UnreachableAddress,
)
from solebook.ports.language.users import OPERATOR

NOBODY = OPERATOR.user_id
SINCE = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = st.sampled_from(NotificationKind)
PREFERENCES = st.builds(
    NotificationPreferences,
    st.just(UserId(NOBODY)),
    st.none() | st.just("+15550100"),
    st.sampled_from([(), ("device-1",)]),
    st.dictionaries(KINDS, st.frozensets(st.sampled_from(Channel))).map(
        lambda chosen: tuple(chosen.items())
    ),
    phone_proven_at=st.none() | st.just(SINCE),
)


@settings(max_examples=20)
@given(preferences=PREFERENCES, kind=KINDS, email_proven=st.booleans())
def test_a_channel_is_used_if_it_is_wanted_and_possible(
    preferences: NotificationPreferences, kind: NotificationKind, email_proven: bool
) -> None:
    ways = {Channel.IN_APP}
    if email_proven:
        ways.add(Channel.EMAIL)
    if preferences.phone and preferences.phone_proven_at:
        ways.add(Channel.SMS)
    if preferences.devices:
        ways.add(Channel.PUSH)
    told = Recipient(NOBODY, "a@example.com", "A", preferences, email_proven)
    assert usable_channels(told, kind) == preferences.channels_for(kind) & ways


def test_the_defaults_are_email_and_inbox() -> None:
    recipient = Recipient(NOBODY, "a@example.com", "A", NotificationPreferences(NOBODY))
    for kind in NotificationKind:
        assert usable_channels(recipient, kind) == {Channel.EMAIL, Channel.IN_APP}


def test_an_address_that_was_given_up_is_not_used_but_another_one_is() -> None:
    lost = tuple(
        UnreachableAddress(channel, address, Unreachable.REFUSED, SINCE)
        for channel, address in [(Channel.EMAIL, "a@example.com"), (Channel.SMS, "+15550100")]
    )
    kind = NotificationKind.WELCOME
    everywhere = ((kind, frozenset(Channel)),)
    preferences = NotificationPreferences(
        NOBODY, "+15550100", (), everywhere, lost, phone_proven_at=SINCE
    )
    before = Recipient(NOBODY, "a@example.com", "A", preferences)
    assert usable_channels(before, kind) == {Channel.IN_APP}
    after = Recipient(NOBODY, "b@example.com", "A", replace(preferences, phone="+15550101"))
    assert usable_channels(after, kind) == {Channel.IN_APP, Channel.EMAIL, Channel.SMS}


def test_nobody_chooses_channels_for_what_is_always_sent() -> None:
    nowhere = tuple((kind, frozenset[Channel]()) for kind in NotificationKind)
    preferences = NotificationPreferences(NOBODY, channels=nowhere)
    sent = {kind for kind in NotificationKind if preferences.channels_for(kind)}
    assert sent == ALWAYS_SENT
