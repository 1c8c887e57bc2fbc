"""A forgotten password is set anew by a letter, and nobody is told who has an account."""

import asyncio
from datetime import timedelta

import pytest

from solebook.ports.language.errors import ChallengeNotMet, InvalidToken, WrongCredentials
from solebook.ports.language.events import PasswordResetRequested
from solebook.ports.language.ids import NOBODY

from .proving import PASSWORD, Proving

NEW = "staple battery horse"


@pytest.fixture
def exchange() -> Proving:
    return Proving()


async def asked(exchange: Proving, email: str = "buyer@example.com") -> None:
    await exchange.app.users.request_password_reset(email)
    await exchange.workers.settle()


async def test_a_reset_sets_the_password_once_and_ends_all_sessions(exchange: Proving) -> None:
    await exchange.joined()
    users = exchange.app.users
    before = await users.sign_in(email="buyer@example.com", password=PASSWORD)
    await asked(exchange, " Buyer@Example.com")
    secret = exchange.secret()
    reset = (users.reset_password(secret, password=NEW) for _ in range(3))
    answers = await asyncio.gather(*reset, return_exceptions=True)
    assert [type(each) for each in answers].count(ChallengeNotMet) == 2
    with pytest.raises(WrongCredentials):
        await users.sign_in(email="buyer@example.com", password=PASSWORD)
    with pytest.raises(InvalidToken):
        await users.refresh_session(refresh_token=before.refresh_token)
    with pytest.raises(InvalidToken):
        await users.authenticate_request(before.access_token)
    await users.sign_in(email="buyer@example.com", password=NEW)


async def test_an_unknown_email_leaves_the_same_behind_and_nobody_is_written_to(
    exchange: Proving,
) -> None:
    buyer = await exchange.joined()
    letters = len(exchange.mails)
    for email in ("buyer@example.com", "nobody@example.com", "no email"):
        await exchange.app.users.request_password_reset(email)
    unsent = await exchange.app.adapters.store.outbox.unsent(10)
    assert [message.event for message in unsent] == [
        PasswordResetRequested(buyer.user_id),
        PasswordResetRequested(NOBODY),
        PasswordResetRequested(NOBODY),
    ]
    await exchange.workers.settle()
    assert len(exchange.mails) == letters + 1


async def test_a_reset_proves_the_email_that_its_letter_went_to(exchange: Proving) -> None:
    buyer = await exchange.join()
    await exchange.clock.advance(timedelta(minutes=1))
    await asked(exchange)
    assert [mail.subject for mail in exchange.mails] == ["Email proof", "Password reset"]
    assert not (await exchange.user(buyer)).email_proven
    await exchange.app.users.reset_password(exchange.secret(), password=NEW)
    assert (await exchange.user(buyer)).email_proven


async def test_a_link_of_one_kind_is_not_for_another_and_a_late_one_is_for_nothing(
    exchange: Proving,
) -> None:
    await exchange.joined()
    await asked(exchange)
    secret = exchange.secret()
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_email(secret)
    await exchange.clock.advance(timedelta(hours=1))
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.reset_password(secret, password=NEW)


async def test_requests_by_strangers_do_not_flood_a_user(exchange: Proving) -> None:
    await exchange.joined()
    letters = len(exchange.mails)
    for _ in range(10):
        await asked(exchange)
        await exchange.clock.advance(timedelta(minutes=1))
    assert len(exchange.mails) == letters + 5
