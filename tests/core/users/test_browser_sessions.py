from datetime import timedelta

import pytest

from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.users import Actor, Role, User

from .accounts import EMAIL, PASSWORD, Accounts, actor


async def opened(accounts: Accounts) -> str:
    signed_in = await accounts.users.sign_in(email=EMAIL, password=PASSWORD, in_browser=True)
    return signed_in.refresh_token


async def test_a_browser_is_known_by_its_token_as_often_as_it_comes(
    accounts: Accounts, buyer: User
) -> None:
    token = await opened(accounts)

    first, second = [await accounts.users.authenticate_browser(token) for _ in range(2)]

    assert first == second
    assert first[0] == Actor(buyer.id, frozenset({Role.BUYER}))


async def test_a_browser_has_the_roles_that_are_stored_now(accounts: Accounts, buyer: User) -> None:
    token = await opened(accounts)
    await accounts.users.set_payout_account(actor(buyer), account="acct_seller")

    known, _ = await accounts.users.authenticate_browser(token)

    assert known.has(Role.SELLER)


async def test_a_browser_is_unknown_once_its_session_was_ended(
    accounts: Accounts, buyer: User
) -> None:
    token = await opened(accounts)
    _, session_id = await accounts.users.authenticate_browser(token)
    await accounts.users.sign_out(session_id)

    with pytest.raises(InvalidToken, match="revoked"):
        await accounts.users.authenticate_browser(token)


async def test_a_browsers_token_expires(accounts: Accounts, buyer: User) -> None:
    token = await opened(accounts)
    await accounts.clock.advance(timedelta(days=30))

    with pytest.raises(InvalidToken, match="expired"):
        await accounts.users.authenticate_browser(token)


async def test_a_browsers_token_renews_nothing_and_stays_valid(
    accounts: Accounts, buyer: User
) -> None:
    token = await opened(accounts)

    with pytest.raises(InvalidToken):
        await accounts.users.refresh_session(refresh_token=token)

    await accounts.users.authenticate_browser(token)


async def test_a_refresh_token_opens_no_page(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()

    for token in (signed_in.refresh_token, "web_" + signed_in.refresh_token, "web_", "\ud800"):
        with pytest.raises(InvalidToken):
            await accounts.users.authenticate_browser(token)
