"""A user changes their password, and sees and ends their sessions."""

import pytest

from solebook.core.users.session_tokens import SignedIn
from solebook.ports.language.errors import InvalidText, InvalidToken, NotFound, WrongCredentials
from solebook.ports.language.sources import Source
from solebook.ports.language.users import Actor, User

from .accounts import EMAIL, PASSWORD, Accounts
from .proving import Proving

NEW = "staple battery horse"


async def is_open(accounts: Accounts, signed_in: SignedIn) -> bool:
    try:
        await accounts.users.authenticate_request(signed_in.access_token)
    except InvalidToken:
        return False
    return True


def actor_of(user: User) -> Actor:
    return Actor(user.id, user.roles)


async def test_a_new_password_ends_the_other_sessions(accounts: Accounts, buyer: User) -> None:
    other, here = await accounts.enter(), await accounts.enter()

    await accounts.users.change_password(
        actor_of(buyer), accounts.session_of(here), old=PASSWORD, new=NEW
    )

    assert [await is_open(accounts, each) for each in (other, here)] == [False, True]
    with pytest.raises(InvalidToken):
        await accounts.users.refresh_session(refresh_token=other.refresh_token)
    await accounts.users.refresh_session(refresh_token=here.refresh_token)
    with pytest.raises(WrongCredentials):
        await accounts.enter()
    await accounts.users.sign_in(email=EMAIL, password=NEW)


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [("guessed", NEW, WrongCredentials), (PASSWORD, "short", InvalidText)],
)
async def test_a_refused_password_changes_nothing(
    accounts: Accounts, buyer: User, old: str, new: str, refusal: type[Exception]
) -> None:
    other, here = await accounts.enter(), await accounts.enter()

    with pytest.raises(refusal):
        await accounts.users.change_password(
            actor_of(buyer), accounts.session_of(here), old=old, new=new
        )

    assert [await is_open(accounts, each) for each in (other, here)] == [True, True]
    await accounts.enter()


async def test_a_reset_and_another_email_under_way_end_with_a_new_password() -> None:
    exchange = Proving()
    buyer, users = await exchange.joined(), exchange.app.users
    await users.request_password_reset("buyer@example.com")
    await exchange.workers.settle()
    reset = exchange.secret()
    await users.change_email(buyer, email="thief@example.com", password=PASSWORD)
    await exchange.workers.settle()
    change = exchange.secret()
    signed_in = await users.sign_in(email="buyer@example.com", password=PASSWORD)
    session = exchange.app.adapters.access_tokens.verify(signed_in.access_token).session_id

    await users.change_password(buyer, session, old=PASSWORD, new=NEW)

    with pytest.raises(Exception, match="link"):
        await users.reset_password(reset, password="another password")
    with pytest.raises(Exception, match="link"):
        await users.prove_email(change)


async def test_a_user_sees_and_ends_their_sessions_and_nobody_elses(
    accounts: Accounts, buyer: User
) -> None:
    await accounts.join("other@example.com")
    theirs = await accounts.enter("other@example.com")
    first = await accounts.users.sign_in(
        email=EMAIL, password=PASSWORD, source=Source("203.0.113.7")
    )
    second, third = await accounts.enter(), await accounts.enter()
    me, users = actor_of(buyer), accounts.users

    listed = await users.list_sessions(me)
    assert [each.id for each in listed] == [accounts.session_of(s) for s in (third, second, first)]
    assert [each.source for each in listed] == [None, None, "203.0.113.7"]

    await users.end_sessions.one(me, accounts.session_of(second))
    await users.end_sessions.one(me, accounts.session_of(second))
    with pytest.raises(NotFound):
        await users.end_sessions.one(me, accounts.session_of(theirs))
    assert [await is_open(accounts, each) for each in (first, second, third)] == [True, False, True]

    await users.end_sessions(me)
    assert await users.list_sessions(me) == []
    assert [await is_open(accounts, each) for each in (first, third, theirs)] == [
        False,
        False,
        True,
    ]
