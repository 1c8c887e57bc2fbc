from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from solebook.core.users.session_tokens import token_hash
from solebook.ports.language.errors import InvalidText, WrongCredentials
from solebook.ports.language.sources import NOWHERE, Source
from solebook.ports.language.users import AccessClaims, Actor, Role, User
from solebook.ports.passwords import Passwords

from .accounts import EMAIL, PASSWORD, Accounts


async def test_right_password_opens_a_session_with_both_tokens(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.users.sign_in(email=" BUYER-1@example.com ", password=PASSWORD)

    claims = accounts.access_tokens.verify(signed_in.access_token)
    session = await accounts.store.sessions.get(claims.session_id)
    now = accounts.clock.now()
    assert claims == AccessClaims(
        buyer.id, session.id, frozenset({Role.BUYER}), now + timedelta(minutes=15)
    )
    assert signed_in.user == buyer
    assert signed_in.expires_in == 900
    assert (session.user_id, session.created_at, session.revoked_at) == (buyer.id, now, None)


async def test_refresh_token_is_stored_only_as_a_hash_for_30_days(
    accounts: Accounts, buyer: User
) -> None:
    signed_in = await accounts.enter()

    token = await accounts.store.sessions.find_token(token_hash(signed_in.refresh_token))
    assert token is not None
    assert signed_in.refresh_token not in repr(token)
    assert token.expires_at == accounts.clock.now() + timedelta(days=30)
    assert token.spent_at is None


async def test_tokens_are_not_shown_in_logs(accounts: Accounts, buyer: User) -> None:
    signed_in = await accounts.enter()

    assert signed_in.access_token not in repr(signed_in)
    assert signed_in.refresh_token not in repr(signed_in)


async def test_each_sign_in_opens_its_own_session(accounts: Accounts, buyer: User) -> None:
    phone, laptop = await accounts.enter(), await accounts.enter()

    assert accounts.session_of(phone) != accounts.session_of(laptop)
    assert phone.refresh_token != laptop.refresh_token


@pytest.mark.parametrize(
    "stored", ["ju\u0308rgen@example.com", "a..b@example.com", "bu\u200byer@example.com"]
)
async def test_an_email_from_before_that_would_be_refused_today_signs_in(
    accounts: Accounts, buyer: User, stored: str
) -> None:
    other = await accounts.join("jürgen@example.com")
    async with accounts.store.transaction():
        await accounts.store.users.save(replace(buyer, email=stored))

    assert (await accounts.enter(f" {stored} ")).user.id == buyer.id
    assert (await accounts.enter("JÜRGEN@example.com")).user.id == other.id


async def test_every_spelling_of_an_email_signs_in(accounts: Accounts) -> None:
    user = await accounts.join("jürgen@bücher.example")

    for email in ("ju\u0308rgen@bücher.example", "JÜRGEN@XN--BCHER-KVA.example"):
        assert (await accounts.enter(email)).user.id == user.id


@dataclass
class RecordingPasswords(Passwords):
    """Records the verified passwords."""

    inner: Passwords
    checked: list[tuple[str, str | None]] = field(default_factory=list)

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        return await self.inner.hash(password)

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        self.checked.append((password, password_hash))
        return await self.inner.verify(password, password_hash)


@pytest.mark.parametrize("email", ["nobody@example.com", "no email at all", "", "\ud800@b.example"])
async def test_unknown_email_gets_the_same_answer_and_work_as_a_wrong_password(
    accounts: Accounts, buyer: User, email: str
) -> None:
    passwords = RecordingPasswords(accounts.passwords)
    sign_in = accounts.hashing(passwords).users.sign_in

    with pytest.raises(WrongCredentials) as wrong_password:
        await sign_in(email=EMAIL, password="wrong horse")
    with pytest.raises(WrongCredentials) as unknown_email:
        await sign_in(email=email, password="wrong horse")

    assert str(wrong_password.value) == str(unknown_email.value)
    assert wrong_password.value.data() == unknown_email.value.data()
    assert passwords.checked == [("wrong horse", buyer.password_hash), ("wrong horse", None)]


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_too_long_password_is_refused_alike_for_known_and_unknown_emails(
    accounts: Accounts, buyer: User, email: str
) -> None:
    with pytest.raises(InvalidText) as refused:
        await accounts.users.sign_in(email=email, password="x" * 73)
    assert refused.value.field == "password"


async def test_suspended_user_may_sign_in(accounts: Accounts, buyer: User) -> None:
    await accounts.users.set_suspension(
        await accounts.admin(), buyer.id, suspended=True, reason="as agreed"
    )

    assert (await accounts.enter()).user.suspended


@dataclass
class SlowPasswords(Passwords):
    """While it verifies a password, an admin removes the user's roles."""

    accounts: Accounts
    admin: Actor
    user: User

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        raise NotImplementedError

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        await self.accounts.users.set_roles(
            self.admin, self.user.id, roles=frozenset({Role.BUYER}), reason="as agreed"
        )
        return True


async def test_role_removed_during_the_sign_in_is_not_in_its_token(accounts: Accounts) -> None:
    admin = await accounts.admin()
    user = await accounts.join()
    await accounts.users.set_roles(
        admin, user.id, roles=frozenset({Role.BUYER, Role.ADMIN}), reason="as agreed"
    )

    slow = accounts.hashing(SlowPasswords(accounts, admin, user))
    signed_in = await slow.enter()

    claims = accounts.access_tokens.verify(signed_in.access_token)
    assert claims.roles == signed_in.user.roles == {Role.BUYER}
