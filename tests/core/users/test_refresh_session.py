import asyncio
from datetime import timedelta

import pytest

from solebook.core.users.session_tokens import SignedIn, token_hash
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.users import Role, User

from .accounts import Accounts, actor


async def refused(accounts: Accounts, refresh_token: str) -> str:
    """Expect a refused refresh and return its problem."""
    with pytest.raises(InvalidToken) as refusal:
        await accounts.users.refresh_session(refresh_token=refresh_token)
    return refusal.value.problem


async def test_refresh_gives_new_tokens_in_the_same_session(
    accounts: Accounts, buyer: User
) -> None:
    first = await accounts.enter()
    await accounts.clock.advance(timedelta(minutes=14))

    second = await accounts.users.refresh_session(refresh_token=first.refresh_token)

    assert second.refresh_token != first.refresh_token
    assert accounts.session_of(second) == accounts.session_of(first)
    claims = accounts.access_tokens.verify(second.access_token)
    assert claims.expires_at == accounts.clock.now() + timedelta(minutes=15)
    assert second.expires_in == 900
    token = await accounts.store.sessions.find_token(token_hash(second.refresh_token))
    assert token is not None
    assert token.expires_at == accounts.clock.now() + timedelta(days=30)


async def test_session_lasts_as_long_as_it_is_refreshed_in_time(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()
    for _ in range(4):
        await accounts.clock.advance(timedelta(days=29))
        signed_in = await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)

    assert signed_in.user == buyer


async def test_refreshed_access_token_carries_the_current_roles(
    accounts: Accounts, buyer: User
) -> None:
    first = await accounts.enter()
    await accounts.users.set_payout_account(actor(buyer), account="acct_1")

    second = await accounts.users.refresh_session(refresh_token=first.refresh_token)

    assert Role.SELLER not in accounts.access_tokens.verify(first.access_token).roles
    assert Role.SELLER in accounts.access_tokens.verify(second.access_token).roles


async def test_reused_token_revokes_the_whole_session(accounts: Accounts, buyer: User) -> None:
    first = await accounts.enter()
    second = await accounts.users.refresh_session(refresh_token=first.refresh_token)

    assert await refused(accounts, first.refresh_token) == "spent"

    session = await accounts.store.sessions.get(accounts.session_of(first))
    assert session.revoked_at == accounts.clock.now()
    assert await refused(accounts, second.refresh_token) == "revoked"
    for signed_in in (first, second):
        with pytest.raises(InvalidToken) as refusal:
            await accounts.users.authenticate_request(signed_in.access_token)
        assert refusal.value.problem == "revoked"


async def test_reused_token_keeps_the_users_other_sessions(accounts: Accounts, buyer: User) -> None:
    stolen, other = await accounts.enter(), await accounts.enter()
    await accounts.users.refresh_session(refresh_token=stolen.refresh_token)
    await refused(accounts, stolen.refresh_token)

    await accounts.users.authenticate_request(other.access_token)
    await accounts.users.refresh_session(refresh_token=other.refresh_token)


async def test_spent_token_revokes_the_session_even_after_it_expired(
    accounts: Accounts, buyer: User
) -> None:
    first = await accounts.enter()
    await accounts.clock.advance(timedelta(days=29))
    second = await accounts.users.refresh_session(refresh_token=first.refresh_token)
    await accounts.clock.advance(timedelta(days=2))

    assert await refused(accounts, first.refresh_token) == "spent"
    assert await refused(accounts, second.refresh_token) == "revoked"


async def test_of_two_concurrent_refreshes_one_succeeds_and_the_session_is_revoked(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()

    answers = await asyncio.gather(
        *(accounts.users.refresh_session(refresh_token=signed_in.refresh_token) for _ in range(2)),
        return_exceptions=True,
    )

    (winner,) = [answer for answer in answers if isinstance(answer, SignedIn)]
    (loser,) = [answer for answer in answers if isinstance(answer, InvalidToken)]
    assert loser.problem == "spent"
    assert await refused(accounts, winner.refresh_token) == "revoked"


async def test_token_is_valid_until_the_end_of_its_30_days(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()
    await accounts.clock.advance(timedelta(days=30) - timedelta(microseconds=1))

    await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)


async def test_expired_token_is_refused_and_the_session_stays_open(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()
    session_id = accounts.session_of(signed_in)
    await accounts.clock.advance(timedelta(days=30))

    assert await refused(accounts, signed_in.refresh_token) == "expired"
    assert (await accounts.store.sessions.get(session_id)).revoked_at is None


async def test_token_of_a_signed_out_session_is_refused(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()
    await accounts.users.sign_out(accounts.session_of(signed_in))

    assert await refused(accounts, signed_in.refresh_token) == "revoked"


@pytest.mark.parametrize("token", ["", "never-given-out", "\ud800", "x" * 100_000])
async def test_unknown_token_is_refused(accounts: Accounts, buyer: User, token: str) -> None:
    await accounts.enter()

    assert await refused(accounts, token) == "unknown"


async def test_access_token_is_refused_as_a_refresh_token(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()

    assert await refused(accounts, signed_in.access_token) == "unknown"


async def test_refresh_inside_a_transaction_raises_assertion_error(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()

    with pytest.raises(AssertionError):
        async with accounts.store.transaction():
            await accounts.users.refresh_session(refresh_token=signed_in.refresh_token)
