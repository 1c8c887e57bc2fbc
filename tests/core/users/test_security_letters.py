"""Owners are told by mail what was changed of their account, whatever a thief does."""

from datetime import timedelta

import pytest

from solebook.ports.language.mail import Mail
from solebook.ports.language.users import Actor

from .proving import PASSWORD, Proving
from .test_note_place import FIREFOX

OLD, NEW = "buyer@example.com", "thief@example.com"
PASSWORD_CHANGED, ACCOUNT_CHANGED = "Password changed", "Payout account changed"


@pytest.fixture
def exchange() -> Proving:
    return Proving()


async def told(exchange: Proving, subject: str) -> list[Mail]:
    await exchange.workers.settle()
    return [mail for mail in exchange.mails if mail.subject == subject]


async def joined_seller(exchange: Proving) -> Actor:
    seller = await exchange.joined()
    await exchange.app.users.set_payout_account(seller, account="acct_1")
    return seller


async def test_a_changed_password_is_told(exchange: Proving) -> None:
    buyer = await exchange.joined()
    await exchange.app.users.sign_in(email=OLD, password=PASSWORD)
    [session] = await exchange.app.users.list_sessions(buyer)
    new = "another password"
    await exchange.app.users.change_password(
        buyer, session.id, old=PASSWORD, new=new, program=FIREFOX
    )
    [mail] = await told(exchange, PASSWORD_CHANGED)
    assert mail.to == OLD
    assert "program: Firefox\nreset: no" in mail.text
    assert new not in mail.text


async def test_a_reset_password_is_told(exchange: Proving) -> None:
    await exchange.joined()
    await exchange.app.users.request_password_reset(OLD)
    await exchange.workers.settle()
    await exchange.app.users.reset_password(exchange.secret(), password="another password")
    [mail] = await told(exchange, PASSWORD_CHANGED)
    assert mail.to == OLD
    assert "reset: yes" in mail.text


async def test_another_payout_account_is_told_but_not_the_first_nor_the_same(
    exchange: Proving,
) -> None:
    seller = await joined_seller(exchange)
    for account in ("acct_1", "acct_2", "acct_2"):
        await exchange.app.users.set_payout_account(seller, account=account, program=FIREFOX)
    [mail] = await told(exchange, ACCOUNT_CHANGED)
    assert mail.to == OLD
    assert "program: Firefox" in mail.text
    assert "acct_" not in mail.text


async def test_a_thief_who_changes_the_email_next_cannot_stop_the_letter(exchange: Proving) -> None:
    seller = await joined_seller(exchange)
    await exchange.app.users.change_email(seller, email=NEW, password=PASSWORD)
    await exchange.workers.settle()
    link = exchange.secret()
    await exchange.app.users.set_payout_account(seller, account="acct_thief")
    await exchange.app.users.prove_email(link)  # before any letter has gone out
    assert sorted(mail.to for mail in await told(exchange, ACCOUNT_CHANGED)) == [OLD, NEW]


async def test_an_email_that_was_left_before_gets_no_letter(exchange: Proving) -> None:
    seller = await joined_seller(exchange)
    await exchange.app.users.change_email(seller, email=NEW, password=PASSWORD)
    await exchange.workers.settle()
    await exchange.app.users.prove_email(exchange.secret())
    await exchange.clock.advance(timedelta(minutes=1))
    await exchange.app.users.set_payout_account(seller, account="acct_2")
    assert [mail.to for mail in await told(exchange, ACCOUNT_CHANGED)] == [NEW]
