"""Contract of messengers: each message is sent once and unchanged."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.embedded.push_messenger import EmbeddedPushMessenger
from solebook.adapters.embedded.text_messenger import EmbeddedTextMessenger
from solebook.adapters.mail.eml_mailer import EmlMailer
from solebook.adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.outgoing_folder import OutgoingFolder
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.messengers import Mailer, PushMessenger, TextMessenger

from .messenger_lines import (
    SENDER,
    Line,
    mail_of,
    push_line,
    sendgrid_line,
    smtp_line,
    twilio_line,
)

MAIL = Mail(
    id=UUID(int=1),
    to="buyer-1@example.com",
    name="Test Ünal",
    subject="Your pair is on its way: Air Jordan 1 Retro High “Bred”",
    text="Hello,\n\n€ 5 — " + "a long line " * 20 + "\n.\nFrom here on\n",
    html="<p>Hello,</p>\n<p>€ 5 — " + "a long line " * 20 + "</p>\n",
    unsubscribe_url="https://exchange.example.com/account/unsubscribe?token=" + "long." * 30,
)
TEXT = TextMessage(UUID(int=2), "+15550100", "Your pair is on its way — “Bred”.")
PUSH = PushMessage(UUID(int=3), ("device-1", "device-2"), "On its way", "It is “Bred”.")


def mail_in(folder: Path) -> list[Mail]:
    return [mail_of(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def texts_in(folder: Path) -> list[TextMessage]:
    messages = []
    for file in sorted(folder.glob("*.txt")):
        to, _, text = file.read_text(encoding="utf-8").partition("\n\n")
        phone = to.removeprefix("To: ")
        messages.append(TextMessage(UUID(file.stem), phone, text.removesuffix("\n")))
    return messages


def pushes_in(folder: Path) -> list[PushMessage]:
    messages = []
    for file in sorted(folder.glob("*.json")):
        values = json.loads(file.read_bytes())
        devices = tuple(values["devices"])
        messages.append(PushMessage(UUID(file.stem), devices, values["title"], values["text"]))
    return messages


MAIL_CHANGED = Mail(MAIL.id, MAIL.to, MAIL.name, "Another subject", "Other", "<p>Other</p>")
TEXT_CHANGED = TextMessage(TEXT.id, TEXT.phone, "Other")
PUSH_CHANGED = PushMessage(PUSH.id, PUSH.devices, "Other", "Other")


FILES = ("eml", "sms", "push")
SERVERS = ("smtp", "sendgrid", "twilio", "web", "http", "both")


@pytest.fixture(
    params=[
        *("memory mail", "memory sms", "memory push"),
        *(pytest.param(name, marks=pytest.mark.integration) for name in (*FILES, *SERVERS)),
    ]
)
async def line(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock
) -> AsyncIterator[Line]:
    match request.param:
        case "smtp":
            opened = smtp_line(MAIL, MAIL_CHANGED)
        case "sendgrid":
            opened = sendgrid_line(MAIL, MAIL_CHANGED)
        case "twilio":
            opened = twilio_line(TEXT, TEXT_CHANGED)
        case "web" | "http" | "both" as kind:
            opened = push_line(kind, PUSH, PUSH_CHANGED)
        case name:
            yield line_of(name, tmp_path, clock)
            return
    async with opened as line:
        yield line


def line_of(name: str, tmp_path: Path, clock: VirtualClock) -> Line:
    folder = OutgoingFolder(tmp_path)
    match name:
        case "memory mail":
            mailer = MemoryMailer()
            return Line(mailer, MAIL, MAIL_CHANGED, lambda: mailer.sent)
        case "eml":
            eml = EmlMailer(folder, clock, sender=SENDER)
            return Line(eml, MAIL, MAIL_CHANGED, lambda: mail_in(tmp_path))
        case "memory sms":
            texts = MemoryTextMessenger()
            return Line(texts, TEXT, TEXT_CHANGED, lambda: texts.sent)
        case "sms":
            sms = EmbeddedTextMessenger(folder)
            return Line(sms, TEXT, TEXT_CHANGED, lambda: texts_in(tmp_path))
        case "memory push":
            pushes = MemoryPushMessenger()
            return Line(pushes, PUSH, PUSH_CHANGED, lambda: pushes.sent)
        case _:
            push = EmbeddedPushMessenger(folder)
            return Line(push, PUSH, PUSH_CHANGED, lambda: pushes_in(tmp_path))


def test_each_is_one_of_its_port(line: Line) -> None:
    port = {Mail: Mailer, TextMessage: TextMessenger, PushMessage: PushMessenger}
    assert isinstance(line.message, tuple(port))
    assert port[type(line.message)] in type(line.messenger).__mro__


async def test_a_message_arrives_as_it_was_sent(line: Line) -> None:
    await line.messenger.send(line.message)
    assert list(line.arrived()) == [line.message]


async def test_second_message_with_the_same_id_changes_nothing(line: Line) -> None:
    await line.messenger.send(line.message)
    await line.messenger.send(line.message)
    await line.messenger.send(line.changed)
    assert list(line.arrived()) == [line.message]


async def test_messages_with_ids_of_their_own_all_arrive(line: Line) -> None:
    others = [type(line.message)(UUID(int=10 + n), *_rest(line.message)) for n in range(3)]
    for message in others:
        await line.messenger.send(message)
    assert list(line.arrived()) == others


def _rest(message: Any) -> list[Any]:
    return [getattr(message, name) for name in type(message).__slots__ if name != "id"]
