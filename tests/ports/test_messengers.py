"""Contract of messengers: each message is sent once and unchanged."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
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
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.messengers import open_smtp_mailer
from solebook.config.messengers import SmtpSettings
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import Settings
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.messengers import Mailer, PushMessenger, TextMessenger

from ..mail_server import MailServer, running_mail_server

MAIL = Mail(
    id=UUID(int=1),
    to="buyer-1@example.com",
    name="Test Ünal",
    subject="Your pair is on its way: Air Jordan 1 Retro High “Bred”",
    text="Hello,\n\n€ 5 — " + "a long line " * 20 + "\n.\nFrom here on\n",
    html="<p>Hello,</p>\n<p>€ 5 — " + "a long line " * 20 + "</p>\n",
)
TEXT = TextMessage(UUID(int=2), "+15550100", "Your pair is on its way — “Bred”.")
PUSH = PushMessage(UUID(int=3), ("device-1", "device-2"), "On its way", "It is “Bred”.")


@dataclass(frozen=True)
class Line:
    """A messenger, a message for it, and the messages that arrived."""

    messenger: Any
    message: Any
    changed: Any
    """The same id with another text, as after a change of the templates."""
    arrived: Callable[[], Sequence[Any]]


def mail_in(folder: Path) -> list[Mail]:
    return [_read(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def _read(content: bytes) -> Mail:
    message = message_from_bytes(content, policy=default)
    text, html = message.iter_parts()
    [to] = message["To"].addresses
    return Mail(
        id=UUID(message["Message-ID"].strip("<>").partition("@")[0]),
        to=to.addr_spec,
        name=to.display_name,
        subject=message["Subject"],
        text=cast(EmailMessage, text).get_content().replace("\r\n", "\n"),
        html=cast(EmailMessage, html).get_content().replace("\r\n", "\n"),
    )


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


SENDER = "Test <no-reply@example.com>"
MAIL_CHANGED = Mail(MAIL.id, MAIL.to, MAIL.name, "Another subject", "Other", "<p>Other</p>")
TEXT_CHANGED = TextMessage(TEXT.id, TEXT.phone, "Other")
PUSH_CHANGED = PushMessage(PUSH.id, PUSH.devices, "Other", "Other")


FILES = [
    pytest.param(name, marks=pytest.mark.integration) for name in ("eml", "smtp", "sms", "push")
]


@pytest.fixture(params=["memory mail", "memory sms", "memory push", *FILES])
async def line(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock
) -> AsyncIterator[Line]:
    if request.param == "smtp":
        async with smtp_line(clock) as line:
            yield line
    else:
        yield line_of(request.param, tmp_path, clock)


@asynccontextmanager
async def smtp_line(clock: VirtualClock) -> AsyncIterator[Line]:
    async with running_mail_server() as server:
        smtp = SmtpSettings(port=server.port, host="127.0.0.1", encryption="none")
        notifications = NotificationsSettings(mail="smtp", sender=SENDER)
        settings = Settings(notifications=notifications, smtp=smtp)
        async with open_smtp_mailer(settings, clock, SystemStopwatch()) as mailer:
            yield Line(
                mailer, MAIL, MAIL_CHANGED, lambda: [_read(each) for each in contents(server)]
            )


def contents(server: MailServer) -> list[bytes]:
    return [each.content for each in server.received if isinstance(each.content, bytes)]


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
