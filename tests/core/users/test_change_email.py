"""An email changes when the new one is proven, and the old one is told."""

from datetime import timedelta

import pytest

from solebook.composition.embedded import build_embedded
from solebook.ports.language.errors import ChallengeNotMet, EmailTaken, WrongCredentials

from .proving import PASSWORD, Proving


@pytest.fixture
def exchange() -> Proving:
    return Proving()


async def test_an_email_changes_once_the_new_one_is_proven_and_the_old_one_is_told(
    exchange: Proving,
) -> None:
    buyer = await exchange.joined()
    users = exchange.app.users
    await users.request_password_reset("buyer@example.com")
    await exchange.workers.settle()
    reset_by_old = exchange.secret()
    with pytest.raises(WrongCredentials):
        await users.change_email(buyer, email="new@example.com", password="guessed")
    unchanged = await users.change_email(buyer, email="New@example.com", password=PASSWORD)
    await exchange.workers.settle()
    assert unchanged.email == "buyer@example.com"
    assert exchange.mails[-1].to == "new@example.com"

    assert (await users.prove_email(exchange.secret())).email == "new@example.com"
    await exchange.workers.settle()
    assert (exchange.mails[-1].to, exchange.mails[-1].subject) == (
        "buyer@example.com",
        "Email changed",
    )
    with pytest.raises(ChallengeNotMet):  # the old email may be somebody else's now
        await users.reset_password(reset_by_old, password=PASSWORD)


async def test_whether_an_email_is_taken_is_told_only_to_who_reads_it(exchange: Proving) -> None:
    await exchange.joined("other@example.com")
    buyer = await exchange.joined()
    await exchange.app.users.change_email(buyer, email="other@example.com", password=PASSWORD)
    await exchange.workers.settle()
    with pytest.raises(EmailTaken):
        await exchange.app.users.prove_email(exchange.secret())
    assert (await exchange.user(buyer)).email == "buyer@example.com"


async def test_a_typing_error_is_corrected_and_never_written_to_again(exchange: Proving) -> None:
    buyer = await exchange.join("byer@example.com")
    await exchange.app.users.change_email(buyer, email="buyer@example.com", password=PASSWORD)
    await exchange.workers.settle()
    await exchange.app.users.prove_email(exchange.secret())
    await exchange.workers.settle()
    assert [mail.to for mail in exchange.mails] == ["byer@example.com", "buyer@example.com"]
    assert (await exchange.user(buyer)).email_proven


async def test_without_verification_an_email_changes_at_once() -> None:
    exchange = Proving(build_embedded())
    buyer = await exchange.join()
    user = await exchange.app.users.change_email(buyer, email="new@example.com", password=PASSWORD)
    await exchange.workers.settle()
    assert (user.email, user.email_proven) == ("new@example.com", True)
    assert exchange.mails[-1].to == "buyer@example.com"
    await exchange.clock.advance(timedelta(minutes=1))
