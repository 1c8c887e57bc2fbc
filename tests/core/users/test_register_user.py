import asyncio
from typing import Any

import pytest

from solebook.ports.language.errors import EmailTaken, InvalidText
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.sources import NOWHERE, Source
from solebook.ports.language.users import Role
from solebook.ports.passwords import Passwords
from solebook.ports.transaction import Transaction

from .accounts import EMAIL, PASSWORD, Accounts
from .proving import Proving


async def test_new_user_is_stored_as_a_buyer_who_can_be_found_by_email(accounts: Accounts) -> None:
    user = await accounts.users.register_user(
        email=" Buyer-1@Example.com", password=PASSWORD, first_name=" Test ", last_name="Buyer"
    )

    assert user == await accounts.store.users.get(user.id)
    assert user == await accounts.store.users.find_by_email(EMAIL)
    assert (user.email, user.first_name, user.last_name) == (EMAIL, "Test", "Buyer")
    assert user.roles == {Role.BUYER}
    assert user.created_at == accounts.clock.now()
    assert (user.payment_method, user.payout_account, user.suspended) == (None, None, False)


async def test_password_is_stored_only_as_a_hash(accounts: Accounts) -> None:
    user = await accounts.join()

    assert PASSWORD not in repr(user)
    assert await accounts.passwords.verify(PASSWORD, user.password_hash)


async def test_registration_emits_an_event(accounts: Accounts) -> None:
    user = await accounts.join()

    assert await accounts.events() == [UserRegistered(user.id)]


async def test_duplicate_email_is_refused_without_an_event(
    accounts: Accounts,
) -> None:
    first = await accounts.join()

    with pytest.raises(EmailTaken):
        await accounts.users.register_user(
            email="BUYER-1@example.com", password="another one", first_name="X", last_name="Y"
        )

    assert await accounts.store.users.find_by_email(EMAIL) == first
    assert len(await accounts.events()) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "buyer"),
        ("password", "7 chars"),
        ("password", "x" * 73),
        ("password", "ü" * 37),
        ("password", "nul\0nul\0"),
        ("first_name", ""),
        ("last_name", "x" * 101),
    ],
)
async def test_invalid_input_is_refused_and_no_user_is_stored(
    accounts: Accounts, field: str, value: str
) -> None:
    given: dict[str, Any] = {
        "email": EMAIL,
        "password": PASSWORD,
        "first_name": "Test",
        "last_name": "Buyer",
    }

    with pytest.raises(InvalidText) as refused:
        await accounts.users.register_user(**{**given, field: value})

    assert refused.value.field == field
    assert await accounts.store.users.find_by_email(EMAIL) is None
    assert await accounts.events() == []


class PasswordsOutsideTransactions(Passwords):
    """Asserts that no transaction is open while it hashes."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        assert not self.transaction.is_open
        return "hash"

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        raise NotImplementedError


async def test_password_is_hashed_outside_the_transaction(accounts: Accounts) -> None:
    passwords = PasswordsOutsideTransactions(accounts.store.transaction)

    user = await accounts.hashing(passwords).join()

    assert user.password_hash == "hash"


async def test_who_has_the_email_is_told_by_a_letter_and_the_stranger_is_not() -> None:
    exchange = Proving()
    buyer = await exchange.joined()
    before = await exchange.user(buyer)
    registration: dict[str, Any] = {
        "email": "Buyer@Example.com",
        "password": "another password",
        "first_name": "A",
        "last_name": "Stranger",
    }

    for _ in range(3):
        await exchange.app.users.accept_registration(**registration)
        await exchange.workers.settle()

    assert await exchange.user(buyer) == before
    told = [mail for mail in exchange.mails if mail.subject == "Registration repeated"]
    assert [mail.to for mail in told] == ["buyer@example.com"]


async def test_two_registrations_at_once_make_one_user() -> None:
    exchange = Proving()
    registration: dict[str, Any] = {"email": EMAIL, "first_name": "A", "last_name": "B"}

    await asyncio.gather(
        *(
            exchange.app.users.accept_registration(**registration, password=f"password {n}")
            for n in range(3)
        )
    )

    await exchange.workers.settle()
    assert {mail.subject for mail in exchange.mails} == {"Email proof"}


@pytest.mark.parametrize("is_taken", [False, True])
async def test_a_registration_hashes_one_password_whoever_has_the_email(
    accounts: Accounts, *, is_taken: bool
) -> None:
    hashed = HashedPasswords()
    if is_taken:
        await accounts.join()

    await accounts.hashing(hashed).users.accept_registration(
        email=EMAIL, password=PASSWORD, first_name="A", last_name="B"
    )

    assert hashed.count == 1


class HashedPasswords(Passwords):
    """Counts the passwords."""

    def __init__(self) -> None:
        self.count = 0

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        self.count += 1
        return "hash"

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        raise NotImplementedError
