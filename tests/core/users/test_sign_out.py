from datetime import timedelta

import pytest

from solebook.ports.language.errors import InvalidToken, NotFound
from solebook.ports.language.ids import SessionId
from solebook.ports.language.users import Actor, Role, User

from .accounts import Accounts


async def test_access_token_tells_who_asks_in_which_session(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()

    answer = await accounts.users.authenticate_request(signed_in.access_token)

    expected = Actor(buyer.id, frozenset({Role.BUYER}))
    assert answer == (expected, accounts.session_of(signed_in))


async def test_expired_access_token_lets_nobody_in(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()
    await accounts.clock.advance(timedelta(minutes=15))

    with pytest.raises(InvalidToken) as refused:
        await accounts.users.authenticate_request(signed_in.access_token)
    assert refused.value.problem == "expired"


async def test_refresh_token_is_no_access_token(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()

    with pytest.raises(InvalidToken):
        await accounts.users.authenticate_request(signed_in.refresh_token)


async def test_signing_out_voids_the_sessions_access_tokens_at_once(
    accounts: Accounts, buyer: User
) -> None:
    gone, other = await accounts.enter(), await accounts.enter()

    await accounts.users.sign_out(accounts.session_of(gone))

    with pytest.raises(InvalidToken) as refused:
        await accounts.users.authenticate_request(gone.access_token)
    assert refused.value.problem == "revoked"
    await accounts.users.authenticate_request(other.access_token)


async def test_no_access_token_of_a_session_outlives_the_memory_of_its_end(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()
    await accounts.clock.advance(timedelta(minutes=10))
    latest = await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)
    await accounts.users.sign_out(accounts.session_of(latest))

    for _ in range(16):
        # Whenever another session ends, those whose tokens have all expired are forgotten.
        await accounts.revoked_sessions.add(SessionId(accounts.ids.new()), accounts.clock.now())
        with pytest.raises(InvalidToken):
            await accounts.users.authenticate_request(latest.access_token)
        await accounts.clock.advance(timedelta(minutes=1))


async def test_signing_out_twice_keeps_the_first_instant(accounts: Accounts, buyer: User) -> None:
    session_id = accounts.session_of(await accounts.enter())
    first = accounts.clock.now()
    await accounts.users.sign_out(session_id)
    await accounts.clock.advance(timedelta(minutes=1))

    await accounts.users.sign_out(session_id)

    assert (await accounts.store.sessions.get(session_id)).revoked_at == first


async def test_session_that_never_was_cannot_be_signed_out(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await accounts.users.sign_out(SessionId(accounts.ids.new()))
