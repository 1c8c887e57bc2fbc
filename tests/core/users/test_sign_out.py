from datetime import timedelta

import pytest

from solebook.ports.language.errors import InvalidToken, NotFound
from solebook.ports.language.ids import SessionId
from solebook.ports.language.users import Actor, Role, User

from .accounts import Accounts


async def test_access_token_identifies_the_user_and_the_session(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()

    answer = await accounts.users.authenticate_request(signed_in.access_token)

    expected = Actor(buyer.id, frozenset({Role.BUYER}))
    assert answer == (expected, accounts.session_of(signed_in))


async def test_expired_access_token_is_refused(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()
    await accounts.clock.advance(timedelta(minutes=15))

    with pytest.raises(InvalidToken) as refused:
        await accounts.users.authenticate_request(signed_in.access_token)
    assert refused.value.problem == "expired"


async def test_refresh_token_is_refused_as_an_access_token(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()

    with pytest.raises(InvalidToken):
        await accounts.users.authenticate_request(signed_in.refresh_token)


async def test_signing_out_revokes_the_sessions_access_tokens_at_once(
    accounts: Accounts, buyer: User
) -> None:
    gone, other = await accounts.enter(), await accounts.enter()

    await accounts.users.sign_out(accounts.session_of(gone))

    with pytest.raises(InvalidToken) as refused:
        await accounts.users.authenticate_request(gone.access_token)
    assert refused.value.problem == "revoked"
    await accounts.users.authenticate_request(other.access_token)


async def test_a_revocation_is_remembered_until_the_last_access_token_expires(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()
    await accounts.clock.advance(timedelta(minutes=10))
    latest = await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)
    await accounts.users.sign_out(accounts.session_of(latest))

    for _ in range(16):
        # Revoking a session also forgets revocations whose tokens have all expired.
        await accounts.revoked_sessions.add(SessionId(accounts.ids.new()), accounts.clock.now())
        with pytest.raises(InvalidToken):
            await accounts.users.authenticate_request(latest.access_token)
        await accounts.clock.advance(timedelta(minutes=1))


async def test_signing_out_twice_keeps_the_first_time(accounts: Accounts, buyer: User) -> None:
    session_id = accounts.session_of(await accounts.enter())
    first = accounts.clock.now()
    await accounts.users.sign_out(session_id)
    await accounts.clock.advance(timedelta(minutes=1))

    await accounts.users.sign_out(session_id)

    assert (await accounts.store.sessions.get(session_id)).revoked_at == first


async def test_unknown_session_is_not_found(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.users.sign_out(SessionId(accounts.ids.new()))
