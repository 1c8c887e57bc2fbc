"""Who knows an old password, or registered with somebody's email before them, keeps nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.api_tokens import KeyScope
from solebook.ports.language.errors import ChallengeNotMet, EmailNotProven, WrongCredentials
from solebook.ports.language.sources import NOWHERE, Source
from solebook.ports.language.users import Actor
from solebook.ports.passwords import Passwords

from .proving import PASSWORD, Proving

EMAIL = "victim@example.com"
NEW = "staple battery horse"


@pytest.fixture
def exchange() -> Proving:
    return Proving()


class Held(Passwords):
    """Verifies passwords, and waits with the answer, as if many were in line."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self.verified, self.goes_on = asyncio.Event(), asyncio.Event()

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        return await self._passwords.hash(password, source)

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        is_right = await self._passwords.verify(password, password_hash, source)
        self.verified.set()
        await self.goes_on.wait()
        return is_right


async def reset(exchange: Proving) -> None:
    await exchange.app.users.request_password_reset(EMAIL)
    await exchange.workers.settle()
    await exchange.app.users.reset_password(exchange.secret(), password=NEW)


async def test_a_sign_in_that_is_under_way_does_not_outlive_the_password(
    exchange: Proving,
) -> None:
    owner, held = await exchange.joined(EMAIL), Held(exchange.app.adapters.passwords)
    sign_in = replace(exchange.app.users.sign_in, passwords=held)
    thief = asyncio.create_task(sign_in(email=EMAIL, password=PASSWORD))
    await held.verified.wait()
    await reset(exchange)
    held.goes_on.set()
    with pytest.raises(WrongCredentials):
        await thief
    assert await exchange.app.users.list_sessions(owner) == []


async def test_nor_does_a_change_of_the_email(exchange: Proving) -> None:
    owner, held = await exchange.joined(EMAIL), Held(exchange.app.adapters.passwords)
    change = replace(exchange.app.users.change_email, passwords=held)
    thief = asyncio.create_task(change(owner, email="thief@example.com", password=PASSWORD))
    await held.verified.wait()
    await reset(exchange)
    held.goes_on.set()
    with pytest.raises(WrongCredentials):
        await thief
    await exchange.workers.settle()
    assert {mail.to for mail in exchange.mails} == {EMAIL}


async def test_the_proven_email_is_told_whatever_a_thief_does_before_the_letter_is_sent(
    exchange: Proving,
) -> None:
    owner, users = await exchange.joined(EMAIL), exchange.app.users
    await users.change_email(owner, email="thief-1@example.com", password=PASSWORD)
    await exchange.workers.settle()
    secret = exchange.secret()
    await exchange.clock.advance(timedelta(minutes=1))
    await users.prove_email(secret)
    await users.change_email(owner, email="thief-2@example.com", password=PASSWORD)
    await exchange.workers.settle()
    [told] = [mail for mail in exchange.mails if mail.subject == "Email changed"]
    assert told.to == EMAIL


async def test_an_email_without_proof_gets_no_key_no_payouts_and_no_events(
    exchange: Proving,
) -> None:
    stranger, app = await exchange.join(EMAIL), exchange.app
    for refused in (
        app.users.create_api_key(stranger, name="mine", scopes=[KeyScope.TRADE]),
        app.users.set_payout_account(stranger, account="acct_1"),
        app.sellers.open_account(stranger),
        app.outgoing_webhooks.create_endpoint(
            stranger, url="https://hooks.example.com", kinds=["match.created"]
        ),
    ):
        with pytest.raises(EmailNotProven):
            await refused


async def test_who_reads_the_email_takes_an_account_over_that_a_stranger_has_prepared(
    exchange: Proving,
) -> None:
    stranger, users = await exchange.join(EMAIL), exchange.app.users
    theirs = await users.sign_in(email=EMAIL, password=PASSWORD)
    await exchange.clock.advance(timedelta(days=1))
    await users.accept_registration(
        email=EMAIL, password="my own password", first_name="Ann", last_name="B"
    )
    await exchange.workers.settle()
    letter = exchange.mails[-1]
    with pytest.raises(ChallengeNotMet):
        await users.prove_email(exchange.secret(letter))

    await users.reset_password(exchange.secret(letter), password=NEW)

    owner = Actor(stranger.user_id, stranger.roles)
    assert (await exchange.user(owner)).email_proven
    assert await users.list_sessions(owner) == []
    with pytest.raises(WrongCredentials):
        await users.sign_in(email=EMAIL, password=PASSWORD)
    assert (await users.sign_in(email=EMAIL, password=NEW)).user.id == owner.user_id
    assert theirs.user.id == owner.user_id
