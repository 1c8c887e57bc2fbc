"""An email is proven by the link in a letter, and until then nothing else is sent to it."""

import asyncio
from datetime import timedelta

import pytest

from solebook.composition.engine import engine_of
from solebook.ports.language.errors import ChallengeNotMet, EmailNotProven, RateLimited
from solebook.ports.language.events import QuotesWithdrawn
from solebook.ports.language.market import WithdrawalReason

from .proving import Proving


@pytest.fixture
def exchange() -> Proving:
    return Proving()


async def test_an_email_is_proven_by_the_link_in_its_letter_once(exchange: Proving) -> None:
    buyer = await exchange.join()
    [mail] = exchange.mails
    assert (mail.to, mail.subject) == ("buyer@example.com", "Email proof")
    assert "http://127.0.0.1:8000/account/email?token=" in mail.text
    assert not (await exchange.user(buyer)).email_proven

    proven = await exchange.app.users.prove_email(exchange.secret())
    assert proven == await exchange.user(buyer)
    assert proven.email_proven_at == exchange.clock.now()
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_email(exchange.secret())


async def test_of_two_who_open_a_link_at_once_one_is_too_late(exchange: Proving) -> None:
    await exchange.join()
    prove, secret = exchange.app.users.prove_email, exchange.secret()
    answers = await asyncio.gather(*(prove(secret) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in answers].count(ChallengeNotMet) == 4


async def test_a_forged_a_late_and_a_replaced_link_change_nothing(exchange: Proving) -> None:
    buyer = await exchange.join()
    first = exchange.secret()
    await exchange.clock.advance(timedelta(minutes=1))
    await exchange.app.users.request_email_proof(buyer)
    await exchange.workers.settle()
    second = exchange.secret()
    await exchange.clock.advance(timedelta(days=1))
    for secret in ("forged", "", "\ud800", first, second):
        with pytest.raises(ChallengeNotMet):
            await exchange.app.users.prove_email(secret)
    assert not (await exchange.user(buyer)).email_proven


async def test_letters_are_limited_and_start_anew_after_the_period(exchange: Proving) -> None:
    buyer = await exchange.join()
    request = exchange.app.users.request_email_proof
    with pytest.raises(RateLimited) as refused:
        await request(buyer)
    assert refused.value.retry_after == 60
    for _ in range(4):
        await exchange.clock.advance(timedelta(minutes=1))
        await request(buyer)
    await exchange.clock.advance(timedelta(minutes=1))
    with pytest.raises(RateLimited) as refused:
        await request(buyer)
    await exchange.clock.advance(timedelta(seconds=refused.value.retry_after))
    await request(buyer)
    await exchange.workers.settle()
    await exchange.app.users.prove_email(exchange.secret())
    await request(buyer)
    assert len(exchange.mails) == 2  # those asked for before the letters went out were replaced


async def test_only_who_has_proven_an_email_places_quotes(exchange: Proving) -> None:
    seller = await exchange.join()
    await engine_of(exchange.app).start()
    bidding = exchange.app.bidding
    quote = {"product_id": exchange.app.adapters.ids.new(), "size": "9", "amount": 20_000}
    for place in (bidding.place_ask, bidding.place_bid):
        with pytest.raises(EmailNotProven):
            await place(seller, **quote)  # type: ignore[arg-type]  # of both sides
    await engine_of(exchange.app).stop()


async def test_an_unproven_email_gets_no_letter_but_the_proof(exchange: Proving) -> None:
    unproven, proven = await exchange.join("a@example.com"), await exchange.joined("b@example.com")
    before = len(exchange.mails)
    async with exchange.app.adapters.store.transaction():
        for user in (unproven, proven):
            await exchange.app.adapters.store.outbox.add(
                QuotesWithdrawn(user.user_id, WithdrawalReason.ADMIN, None, 0, ())
            )
    await exchange.workers.settle()
    assert [mail.to for mail in exchange.mails[before:]] == ["b@example.com"]
