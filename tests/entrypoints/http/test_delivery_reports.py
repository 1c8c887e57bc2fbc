"""What providers of messages report: only what is signed, new and timely changes anything."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sendgrid.reports import SendGridReports
from solebook.adapters.twilio.reports import TwilioReports
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.entrypoints.doubles.sendgrid.double import SendGridDouble
from solebook.entrypoints.doubles.twilio.double import TwilioDouble

from .world import Person, World

MAILS, TEXTS = "/v1/webhooks/sendgrid", "/v1/webhooks/twilio"
PREFERENCES = "/v1/users/me/notification-preferences"
PHONE, URL = "+15550100", f"https://exchange.example.com{TEXTS}"
TOKEN = "a token"


@pytest.fixture
def sendgrid(clock: VirtualClock) -> SendGridDouble:
    return SendGridDouble("key", clock=lambda: clock.now().timestamp())


@pytest.fixture
def twilio() -> TwilioDouble:
    return TwilioDouble("AC1", TOKEN)


@pytest.fixture
def application(clock: VirtualClock, sendgrid: SendGridDouble) -> Application:
    ids = SeededIds(3, clock)
    store = build_memory_store(clock=clock, ids=ids)
    adapters = replace(
        embedded_adapters(store, clock=clock, ids=ids),
        mail_reports=SendGridReports(sendgrid.webhook_key),
        text_reports=TwilioReports(TOKEN, URL),
    )
    return build_application(adapters)


@pytest.fixture
async def person(world: World) -> Person:
    person = await world.person("person")
    await world.ok("PUT", PREFERENCES, person, json={"phone": PHONE})
    return person


def mail_to(world: World, person: Person) -> dict[str, Any]:
    sent_at = str(int(world.clock.now().timestamp()))
    return {
        "personalizations": [{"to": [{"email": "person@example.com"}]}],
        "custom_args": {"user_id": person.id, "sent_at": sent_at},
        "sg_message_id": "1",
    }


def text_to(world: World, person: Person) -> dict[str, Any]:
    sent_at = int(world.clock.now().timestamp())
    return {
        "sid": "SM1",
        "to": PHONE,
        "status_callback": f"{URL}?user_id={person.id}&sent_at={sent_at}",
    }


async def post(world: World, path: str, body: bytes, headers: dict[str, str]) -> int:
    return (await world.call("POST", path, content=body, headers=headers)).status_code


async def call_back(
    world: World, double: TwilioDouble, message: dict[str, Any], status: str, error: int | None
) -> int:
    url, body, headers = double.callback(message, status, error)
    return await post(world, TEXTS + url.removeprefix(URL), body, headers)


async def given_up(world: World, person: Person) -> list[tuple[str, str, str]]:
    answer = await world.ok("GET", PREFERENCES, person)
    return [(each["channel"], each["address"], each["reason"]) for each in answer["unreachable"]]


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("bounce", {"type": "bounce", "status": "5.1.1"}, "refused"),
        ("dropped", {"reason": "Bounced Address"}, "refused"),
        ("dropped", {"reason": "Invalid"}, "invalid"),
        ("spamreport", {}, "complained"),
        ("bounce", {"type": "blocked"}, None),
        ("bounce", {"type": "bounce", "status": "5.2.2"}, None),
        ("delivered", {}, None),
        ("deferred", {}, None),
    ],
)
async def test_mail_that_bounces_for_good_gives_the_address_up(
    world: World,
    person: Person,
    sendgrid: SendGridDouble,
    kind: str,
    fields: dict[str, str],
    reason: str | None,
) -> None:
    body, headers = sendgrid.events(kind, mail_to(world, person), **fields)
    assert await post(world, MAILS, body, headers) == 200
    expected = [] if reason is None else [("email", "person@example.com", reason)]
    assert await given_up(world, person) == expected


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        ("undelivered", 30005, "refused"),
        ("failed", 30006, "invalid"),
        ("undelivered", 30003, None),  # the phone is off
        ("delivered", None, None),
    ],
)
async def test_a_text_that_cannot_arrive_gives_the_phone_up(
    world: World,
    person: Person,
    twilio: TwilioDouble,
    status: str,
    error: int | None,
    reason: str | None,
) -> None:
    assert await call_back(world, twilio, text_to(world, person), status, error) == 200
    expected = [] if reason is None else [("sms", PHONE, reason)]
    assert await given_up(world, person) == expected


async def test_a_forged_callback_changes_nothing(
    world: World, person: Person, sendgrid: SendGridDouble, twilio: TwilioDouble
) -> None:
    mail, text = mail_to(world, person), text_to(world, person)
    body, headers = sendgrid.events("bounce", mail)
    another_body, _ = sendgrid.events("bounce", mail | {"sg_message_id": "2"})
    stamp, sign = "X-Twilio-Email-Event-Webhook-Timestamp", "X-Twilio-Email-Event-Webhook-Signature"
    _, forged = SendGridDouble("key").events("bounce", mail)
    for wrong_body, wrong_headers in [
        (body + b" ", headers),
        (another_body, headers),
        (body, headers | {stamp: "1"}),
        (body, headers | {sign: "x"}),
        (body, headers | {sign: forged[sign]}),
    ]:
        assert await post(world, MAILS, wrong_body, wrong_headers) == 400
    url, form, signed = twilio.callback(text, "undelivered", 30005)
    query = url.removeprefix(URL)
    other = (await world.person("other")).id
    _, _, forged = TwilioDouble("AC1", "another token").callback(text, "undelivered", 30005)
    for wrong_query, wrong_form, wrong_signed in [
        (query.replace(person.id, other), form, signed),
        (query, form.replace(b"30005", b"30006"), signed),
        (query, form + b"&Extra=1", signed),
        ("", form, signed),
        (query, form, forged),
    ]:
        assert await post(world, TEXTS + wrong_query, wrong_form, wrong_signed) == 400
    assert await given_up(world, person) == []


async def test_a_replayed_callback_does_not_give_up_what_is_tried_again(
    world: World, person: Person, twilio: TwilioDouble
) -> None:
    text = text_to(world, person)
    assert await call_back(world, twilio, text, "undelivered", 30005) == 200
    assert len(await given_up(world, person)) == 1
    for phone in ("+15550199", PHONE):  # which has it tried again
        await world.ok("PUT", PREFERENCES, person, json={"phone": phone})
    assert await call_back(world, twilio, text, "undelivered", 30005) == 200
    assert await given_up(world, person) == []


async def test_a_late_callback_and_one_about_an_old_address_change_nothing(
    world: World, person: Person, sendgrid: SendGridDouble, twilio: TwilioDouble
) -> None:
    mail, text = mail_to(world, person), text_to(world, person)
    await world.ok("PUT", PREFERENCES, person, json={"phone": "+15550199"})
    assert await call_back(world, twilio, text, "undelivered", 30005) == 200
    await world.clock.advance(timedelta(days=4, seconds=1))
    assert await post(world, MAILS, *sendgrid.events("bounce", mail)) == 200
    await world.sign_in(person)
    assert await given_up(world, person) == []


@pytest.mark.parametrize(
    "event",
    [
        {"event": "bounce"},
        {"event": "bounce", "user_id": "nobody", "email": "a@b.c", "sg_event_id": "1"},
        {"event": 5, "type": []},
        "no event",
    ],
)
async def test_events_of_other_mails_in_the_account_are_taken_and_mean_nothing(
    world: World, person: Person, sendgrid: SendGridDouble, event: Any
) -> None:
    assert await post(world, MAILS, *sendgrid.signed(json.dumps([event]).encode())) == 200
    assert await post(world, MAILS, *sendgrid.signed(b"{}")) == 422
    assert await given_up(world, person) == []


async def test_an_event_that_names_a_field_twice_is_refused(
    world: World, person: Person, sendgrid: SendGridDouble
) -> None:
    body, _ = sendgrid.events("bounce", mail_to(world, person), type="bounce", status="5.1.1")
    twice = body.replace(b'"email":', b'"email": "other@example.com", "email":', 1)
    assert twice != body
    assert await post(world, MAILS, *sendgrid.signed(twice)) == 400
    assert await given_up(world, person) == []
