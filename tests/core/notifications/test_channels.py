"""The channels over which a user is notified."""

from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.core.notifications.channels import usable_channels
from solebook.ports.language.ids import UserId
from solebook.ports.language.notifications import (
    Channel,
    NotificationKind,
    NotificationPreferences,
)
from solebook.ports.language.users import OPERATOR

NOBODY = OPERATOR.user_id
KINDS = st.sampled_from(NotificationKind)
PREFERENCES = st.builds(
    NotificationPreferences,
    st.just(UserId(NOBODY)),
    st.none() | st.just("+15550100"),
    st.sampled_from([(), ("device-1",)]),
    st.dictionaries(KINDS, st.frozensets(st.sampled_from(Channel))).map(
        lambda chosen: tuple(chosen.items())
    ),
)


@settings(max_examples=20)
@given(preferences=PREFERENCES, kind=KINDS)
def test_a_channel_is_used_if_it_is_wanted_and_possible(
    preferences: NotificationPreferences, kind: NotificationKind
) -> None:
    ways = {Channel.EMAIL, Channel.IN_APP}
    if preferences.phone:
        ways.add(Channel.SMS)
    if preferences.devices:
        ways.add(Channel.PUSH)
    assert usable_channels(preferences, kind) == preferences.channels_for(kind) & ways


def test_the_defaults_are_email_and_inbox() -> None:
    preferences = NotificationPreferences(NOBODY)
    for kind in NotificationKind:
        assert usable_channels(preferences, kind) == {Channel.EMAIL, Channel.IN_APP}
