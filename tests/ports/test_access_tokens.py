"""Contract of AccessTokens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.access_tokens import JwtAccessTokens, SigningKey
from solebook.ports.access_tokens import AccessTokens
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.ids import SessionId, UserId
from solebook.ports.language.users import AccessClaims, Role


def build_jwt(clock: VirtualClock) -> AccessTokens:
    return JwtAccessTokens(clock, [SigningKey("test", b"k" * 32)])


Builder = Callable[[VirtualClock], AccessTokens]
every_adapter = pytest.mark.parametrize("build", [pytest.param(build_jwt, id="jwt")])


@pytest.fixture(params=[pytest.param(build_jwt, id="jwt")])
def access_tokens(request: pytest.FixtureRequest, clock: VirtualClock) -> AccessTokens:
    build: Builder = request.param
    return build(clock)


@pytest.fixture
def claims(clock: VirtualClock, ids: SeededIds) -> AccessClaims:
    return AccessClaims(
        user_id=UserId(ids.new()),
        session_id=SessionId(ids.new()),
        roles=frozenset({Role.BUYER, Role.SELLER}),
        expires_at=clock.now() + timedelta(minutes=15, microseconds=123_457),
    )


async def test_token_contains_its_claims(access_tokens: AccessTokens, claims: AccessClaims) -> None:
    assert access_tokens.verify(access_tokens.issue(claims)) == claims


@pytest.mark.parametrize("roles", [frozenset[Role](), frozenset(Role)])
def test_any_roles_are_kept(
    access_tokens: AccessTokens, claims: AccessClaims, roles: frozenset[Role]
) -> None:
    claims = AccessClaims(claims.user_id, claims.session_id, roles, claims.expires_at)

    assert access_tokens.verify(access_tokens.issue(claims)) == claims


async def test_token_expires_at_its_instant_also_when_it_was_seen_before(
    access_tokens: AccessTokens, claims: AccessClaims, clock: VirtualClock
) -> None:
    token = access_tokens.issue(claims)
    await clock.advance(timedelta(minutes=15, microseconds=123_456))
    assert access_tokens.verify(token) == claims

    await clock.advance(timedelta(microseconds=1))

    for _ in range(2):
        with pytest.raises(InvalidToken) as refused:
            access_tokens.verify(token)
        assert refused.value.problem == "expired"


@every_adapter
def test_expiry_depends_only_on_the_clock_port(build: Builder, ids: SeededIds) -> None:
    for year in (1995, 2095):
        clock = VirtualClock(datetime(year, 3, 2, tzinfo=UTC))
        access_tokens = build(clock)
        claims = AccessClaims(
            UserId(ids.new()), SessionId(ids.new()), frozenset(), clock.now() + timedelta(minutes=1)
        )

        assert access_tokens.verify(access_tokens.issue(claims)) == claims


def test_expiry_in_another_time_zone_is_the_same_instant(
    access_tokens: AccessTokens, claims: AccessClaims
) -> None:
    tokyo = claims.expires_at.astimezone(timezone(timedelta(hours=9)))
    token = access_tokens.issue(
        AccessClaims(claims.user_id, claims.session_id, claims.roles, tokyo)
    )

    assert access_tokens.verify(token) == claims
    assert access_tokens.verify(token).expires_at.tzinfo is UTC


@every_adapter
@given(data=st.data())
def test_token_with_one_character_changed_is_refused(build: Builder, data: st.DataObject) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    ids = SeededIds(seed=1, clock=clock)
    access_tokens = build(clock)
    expires_at = clock.now() + timedelta(minutes=15)
    claims = AccessClaims(
        UserId(ids.new()), SessionId(ids.new()), frozenset({Role.BUYER}), expires_at
    )
    token = access_tokens.issue(claims)
    assert access_tokens.verify(token) == claims
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABab01-_.=~").filter(lambda c: c != token[place]))

    with pytest.raises(InvalidToken):
        access_tokens.verify(token[:place] + other + token[place + 1 :])


@every_adapter
@given(text=st.text(st.characters(), max_size=200) | st.text('eyJ.{}[]"=A0', max_size=200))
def test_any_other_text_is_refused(build: Builder, text: str) -> None:
    access_tokens = build(VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))

    with pytest.raises(InvalidToken):
        access_tokens.verify(text)
