"""A phone is proven by a code in a text message, and until then nothing else is sent to it."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.composition.embedded import build_embedded
from solebook.ports.language.errors import (
    ChallengeNotMet,
    EmailNotProven,
    InvalidText,
    NoPhone,
    RateLimited,
)
from solebook.ports.language.mail import TextMessage, Undeliverable
from solebook.ports.language.notifications import (
    ALWAYS_SENT,
    Channel,
    NotificationKind,
    NotificationPreferences,
    Unreachable,
)
from solebook.ports.language.users import Actor

from .proving import Proving

PHONE, OTHER = "+15550100", "+15550199"


@pytest.fixture
def exchange() -> Proving:
    return Proving()


async def set_phone(
    exchange: Proving, actor: Actor, phone: str | None = PHONE
) -> NotificationPreferences:
    everything = {kind: {Channel.SMS} for kind in NotificationKind if kind not in ALWAYS_SENT}
    return await exchange.app.notifications.set_notification_preferences(
        actor, phone=phone, devices=(), channels=everything
    )


async def asked(exchange: Proving, actor: Actor) -> str:
    """Ask for a code and return it."""
    await exchange.app.users.request_phone_proof(actor)
    await exchange.workers.settle()
    return code(exchange)


def code(exchange: Proving) -> str:
    found = re.search(r"[0-9]{6}", exchange.texts[-1])
    assert found, exchange.texts
    return found[0]


def another(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


async def test_a_phone_is_proven_by_its_code_once_and_then_gets_messages(
    exchange: Proving,
) -> None:
    buyer = await exchange.joined()
    assert not (await set_phone(exchange, buyer)).phone_proven
    right = await asked(exchange, buyer)
    await exchange.workers.settle()
    assert len(exchange.texts) == 1  # the welcome did not come to the phone
    proven = await exchange.app.users.prove_phone(buyer, right)
    assert proven.phone_proven_at == exchange.clock.now()
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(buyer, right)
    assert await exchange.app.users.request_phone_proof(buyer) == proven
    assert await set_phone(exchange, buyer) == proven  # the same phone stays proven
    assert not (await set_phone(exchange, buyer, OTHER)).phone_proven
    assert (await exchange.app.users.view_profile(buyer)).phone_proven is False


async def test_a_code_is_for_the_phone_and_the_user_that_it_was_sent_to(
    exchange: Proving,
) -> None:
    buyer, other = await exchange.joined("a@example.com"), await exchange.joined("b@example.com")
    for actor in (buyer, other):
        await set_phone(exchange, actor)
    right = await asked(exchange, buyer)
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(other, right)
    await set_phone(exchange, buyer, OTHER)
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(buyer, right)
    await set_phone(exchange, buyer)
    assert (await exchange.app.users.prove_phone(buyer, right)).phone_proven


async def test_after_five_wrong_codes_the_right_one_is_refused(exchange: Proving) -> None:
    buyer = await exchange.joined()
    await set_phone(exchange, buyer)
    right = await asked(exchange, buyer)
    for wrong in (another(right), "", "\ud800", right + " ", another(right)):
        with pytest.raises(ChallengeNotMet):
            await exchange.app.users.prove_phone(buyer, wrong)
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(buyer, right)
    await exchange.clock.advance(timedelta(minutes=1))
    assert (await exchange.app.users.prove_phone(buyer, await asked(exchange, buyer))).phone_proven


async def test_a_late_and_a_replaced_code_are_refused(exchange: Proving) -> None:
    buyer = await exchange.joined()
    await set_phone(exchange, buyer)
    first = await asked(exchange, buyer)
    await exchange.clock.advance(timedelta(minutes=1))
    second = await asked(exchange, buyer)
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(buyer, first)
    await exchange.clock.advance(timedelta(minutes=10))
    with pytest.raises(ChallengeNotMet):
        await exchange.app.users.prove_phone(buyer, second)


async def test_codes_are_limited_and_cost_a_proven_email_and_a_phone(exchange: Proving) -> None:
    buyer = await exchange.join()
    request = exchange.app.users.request_phone_proof
    with pytest.raises(NoPhone):
        await request(buyer)
    await set_phone(exchange, buyer)
    with pytest.raises(EmailNotProven):
        await request(buyer)
    await exchange.app.users.prove_email(exchange.secret())
    for phone in (PHONE, OTHER, PHONE, OTHER, PHONE):  # another phone is no way around
        await set_phone(exchange, buyer, phone)
        await request(buyer)
        with pytest.raises(RateLimited):
            await request(buyer)
        await exchange.clock.advance(timedelta(minutes=1))
    with pytest.raises(RateLimited):
        await request(buyer)


async def test_of_many_who_guess_at_once_no_more_than_five_are_heard(exchange: Proving) -> None:
    buyer = await exchange.joined()
    await set_phone(exchange, buyer)
    right = await asked(exchange, buyer)
    prove = exchange.app.users.prove_phone
    guesses = [another(right)] * 5 + [right] * 5
    answers = await asyncio.gather(
        *(prove(buyer, each) for each in guesses), return_exceptions=True
    )
    assert [type(each) for each in answers] == [ChallengeNotMet] * 10


async def test_what_is_always_sent_cannot_be_turned_off(exchange: Proving) -> None:
    buyer = await exchange.joined()
    for kind in ALWAYS_SENT:
        with pytest.raises(InvalidText, match=f"always sent: {kind}"):
            await exchange.app.notifications.set_notification_preferences(
                buyer, phone=None, devices=(), channels={kind: frozenset()}
            )


async def test_without_verification_a_new_phone_counts_as_proven() -> None:
    exchange = Proving(build_embedded())
    buyer = await exchange.join()
    assert (await set_phone(exchange, buyer)).phone_proven
    assert not (await set_phone(exchange, buyer, None)).phone_proven


class Unreachables:
    """A messenger that reaches nobody."""

    async def send(self, message: object) -> list[Undeliverable]:
        address = message.phone if isinstance(message, TextMessage) else message.to  # type: ignore[attr-defined]  # mail
        return [Undeliverable(address, Unreachable.INVALID)]


async def test_an_address_that_no_proof_reaches_is_given_up_until_one_arrives(
    exchange: Proving,
) -> None:
    buyer = await exchange.joined()
    await set_phone(exchange, buyer)
    users, nowhere = exchange.app.users, Unreachables()
    send = replace(users.send_challenge, text_messenger=nowhere, mailer=nowhere)
    preferences = exchange.app.adapters.store.preferences

    async def lost() -> list[tuple[Channel, str]]:
        marks = (await preferences.get(buyer.user_id)).unreachable
        return [(mark.channel, mark.address) for mark in marks]

    await users.request_phone_proof(buyer)
    await users.request_password_reset("buyer@example.com")
    [text, reset] = await exchange.app.adapters.store.outbox.unsent(10)
    await send(text.event)  # type: ignore[arg-type]  # it is the request of the code
    assert await lost() == [(Channel.SMS, PHONE)]
    await users.begin_password_reset(reset.event)  # type: ignore[arg-type]
    [*_, request] = await exchange.app.adapters.store.outbox.unsent(10)
    await send(request.event)  # type: ignore[arg-type]
    assert await lost() == [(Channel.SMS, PHONE), (Channel.EMAIL, "buyer@example.com")]

    await exchange.workers.settle()
    assert exchange.texts == []  # the challenge has ended
    await exchange.clock.advance(timedelta(minutes=1))
    await users.prove_phone(buyer, await asked(exchange, buyer))
    assert await lost() == [(Channel.EMAIL, "buyer@example.com")]
