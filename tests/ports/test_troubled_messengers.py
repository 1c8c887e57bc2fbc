"""What messengers do when their provider refuses, fails, hangs, or asks to wait."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from solebook.entrypoints.doubles.messages.double import Fault
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.mail import Undeliverable
from solebook.ports.language.notifications import Unreachable

from .messenger_lines import KEY, TOKEN, Line, push_line, sendgrid_line, twilio_line
from .test_messengers import MAIL, MAIL_CHANGED, PUSH, PUSH_CHANGED, TEXT, TEXT_CHANGED

pytestmark = pytest.mark.integration

Opened = Callable[[], AbstractAsyncContextManager[Line]]
LINES: dict[str, Opened] = {
    "sendgrid": lambda: sendgrid_line(MAIL, MAIL_CHANGED),
    "twilio": lambda: twilio_line(TEXT, TEXT_CHANGED),
    "web": lambda: push_line("web", PUSH, PUSH_CHANGED, 1),
    "http": lambda: push_line("http", replace(PUSH, devices=("device-1",)), PUSH_CHANGED),
}


@pytest.fixture(params=list(LINES))
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    async with LINES[request.param]() as line:
        yield line


@pytest.fixture
async def twilio() -> AsyncIterator[Line]:
    async with LINES["twilio"]() as line:
        yield line


async def failed(line: Line, message: Any = None) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        await line.messenger.send(message or line.message)
    return refused.value


async def test_a_message_that_was_not_taken_is_sent_again(line: Line) -> None:
    for fault in (Fault(), Fault(status=503)):
        line.double.fail(fault)
        await failed(line)
        assert line.double.taken == []
    await line.messenger.send(line.message)
    assert list(line.arrived()) == [line.message]


async def test_a_provider_that_asks_to_wait_is_left_alone(line: Line) -> None:
    line.double.fail(Fault(status=429, retry_after=30, times=100))
    await failed(line)
    before = line.double.calls
    assert 25 < (await failed(line)).retry_after <= 30
    assert line.double.calls == before


async def test_a_provider_that_fails_and_fails_is_tried_now_and_then_alone(line: Line) -> None:
    line.double.fail(Fault(times=100))
    for _ in range(10):
        await failed(line)
    assert line.double.calls <= 5


async def test_a_provider_that_hangs_is_not_waited_for() -> None:
    async with twilio_line(TEXT, TEXT_CHANGED, timedelta(seconds=0.1)) as line:
        line.double.fail(Fault(hangs=True))
        await failed(line)


async def test_a_key_that_is_wrong_is_no_reason_to_hurry_and_stays_out_of_logs(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.double.fail(Fault(status=401, times=10))
    assert (await failed(line)).retry_after == 60
    assert "401" in caplog.text
    for secret in (KEY, TOKEN, TEXT.phone, MAIL.to, "/push/"):
        assert secret not in caplog.text


async def test_a_text_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(
    twilio: Line,
) -> None:
    twilio.double.fail(Fault(has_effect=True))
    await failed(twilio)
    await twilio.messenger.send(twilio.message)
    assert list(twilio.arrived()) == [twilio.message]


async def test_a_push_whose_answer_was_lost_replaces_itself() -> None:
    async with push_line("web", PUSH, PUSH_CHANGED) as line:
        line.double.fail(Fault(has_effect=True))
        await failed(line)
        await line.messenger.send(line.message)
        assert {each["topic"] for each in line.double.taken} == {PUSH.id.hex}
        assert {each["id"] for each in line.double.taken} == {str(PUSH.id)}
        # The browser that answered did not get it twice.
        assert len(line.double.taken) == 3


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        ("+15005550001", Unreachable.INVALID),
        ("+15005550009", Unreachable.INVALID),
        ("+15005550004", Unreachable.COMPLAINED),
    ],
)
async def test_a_number_that_nobody_reaches_is_undeliverable(
    twilio: Line, phone: str, reason: Unreachable
) -> None:
    lost = await twilio.messenger.send(replace(TEXT, phone=phone))
    assert list(lost) == [Undeliverable(phone, reason)]
    await twilio.messenger.send(replace(TEXT, phone=phone))
    assert twilio.double.calls == 1


async def test_an_email_that_is_none_is_undeliverable() -> None:
    async with sendgrid_line(MAIL, MAIL_CHANGED) as line:
        nowhere = "somebody@invalid.example.com"
        lost = await line.messenger.send(replace(MAIL, to=nowhere))
        assert list(lost) == [Undeliverable(nowhere, Unreachable.INVALID)]


async def test_a_device_that_is_gone_is_lost_and_the_others_get_the_message() -> None:
    async with push_line("both", PUSH, PUSH_CHANGED) as line:
        browser, device = line.message.subscriptions[0].endpoint, line.message.devices[0]
        for gone in (browser, device):
            line.double.lose(gone)
        lost = await line.messenger.send(line.message)
        assert set(lost) == {Undeliverable(each, Unreachable.GONE) for each in (browser, device)}
        assert len(line.double.taken) == 2


@pytest.mark.parametrize("kind", ["sendgrid", "twilio", "http"])
async def test_a_url_that_is_wrong_costs_nobody_an_address(kind: str) -> None:
    async with LINES[kind]() as line:
        line.double.fail(Fault(status=404, times=10))
        await failed(line)


async def test_a_list_of_messages_that_makes_no_sense_is_asked_for_again(twilio: Line) -> None:
    twilio.double.fail(Fault(has_effect=True))
    await failed(twilio)
    [taken] = twilio.double.taken
    whole = dict(taken)
    for odd in ({}, whole | {"date_created": "yesterday"}, whole | {"date_created": None}):
        taken.clear()
        taken.update({"to": TEXT.phone} | odd)
        await failed(twilio)
    taken.update(whole)
    await twilio.messenger.send(twilio.message)
    assert len(twilio.double.taken) == 1


@pytest.mark.parametrize("host", ["evil.example.com\\.push.example.com", "xn--a.push.example.com"])
async def test_a_subscription_whose_host_is_none_is_lost_without_an_error(host: str) -> None:
    async with push_line("web", PUSH, PUSH_CHANGED, hosts=("*.push.example.com",)) as line:
        odd = replace(line.message.subscriptions[0], endpoint=f"https://{host}/1")
        lost = await line.messenger.send(replace(line.message, subscriptions=(odd,)))
        assert [each.address for each in lost] == [odd.endpoint]


async def test_browsers_get_a_message_while_the_server_of_devices_is_away() -> None:
    async with push_line("both", PUSH, PUSH_CHANGED) as line:
        line.double.fail(Fault(times=5))
        for number in range(5):
            devices = replace(line.message, id=UUID(int=20 + number), subscriptions=())
            await failed(line, replace(devices, devices=("device-1",)))
        assert list(await line.messenger.send(replace(line.message, devices=()))) == []
        assert len(line.double.taken) == 2


async def test_nothing_is_posted_to_a_host_that_is_no_push_service() -> None:
    async with push_line("web", PUSH, PUSH_CHANGED) as line:
        first, second = line.message.subscriptions
        elsewhere = replace(first, endpoint="https://internal.example.com/push/1")
        odd = replace(second, p256dh="no key")
        lost = await line.messenger.send(replace(line.message, subscriptions=(elsewhere, odd)))
        assert {each.address for each in lost} == {elsewhere.endpoint, odd.endpoint}
        assert {each.reason for each in lost} == {Unreachable.INVALID}
        assert line.double.calls == 0
