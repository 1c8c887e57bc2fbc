"""Messengers on the network, each with a server or a double that a test can disturb."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from uuid import UUID

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.outside_messengers import (
    open_both_push_messengers,
    open_http_push_messenger,
    open_sendgrid_mailer,
    open_smtp_mailer,
    open_twilio_messenger,
    open_web_push_messenger,
)
from solebook.config.messengers import (
    HttpPushSettings,
    SendGridSettings,
    SmtpSettings,
    TwilioSettings,
    WebPushSettings,
)
from solebook.config.notifications import NotificationsSettings
from solebook.config.settings import Settings
from solebook.entrypoints.doubles.push.double import PushDouble
from solebook.entrypoints.doubles.sendgrid.double import SendGridDouble
from solebook.entrypoints.doubles.twilio.double import TwilioDouble
from solebook.ports.language.ids import SubscriptionId
from solebook.ports.language.mail import Mail, PushMessage, TextMessage
from solebook.ports.language.notifications import PushSubscription

from ..mail_server import MailServer, running_mail_server
from .double_server import DOUBLE_SERVER

SENDER = "Test <no-reply@example.com>"
KEY, ACCOUNT, TOKEN = "SG.test", "AC00000000000000000000000000000000", "a token"
CALLBACK_URL = "https://exchange.example.com/v1/webhooks/twilio"
VAPID_KEY = "uV1rRxjMOg2G4wJaKDGxX3nKLOd88XVyEI4dZoZBN4Y"
LIMIT = timedelta(seconds=10)


@dataclass(frozen=True)
class Line:
    """A messenger, a message for it, and the messages that arrived."""

    messenger: Any
    message: Any
    changed: Any
    """The same id with another text, as after a change of the templates."""
    arrived: Callable[[], Sequence[Any]]
    double: Any = None
    """The mail server or the double, if there is one."""


@asynccontextmanager
async def smtp_line(mail: Mail, changed: Mail) -> AsyncIterator[Line]:
    async with running_mail_server() as server:
        smtp = SmtpSettings(port=server.port, host="127.0.0.1", encryption="none")
        settings = Settings(notifications=_notifications(mail="smtp"), smtp=smtp)
        async with open_smtp_mailer(settings, SystemClock(), SystemStopwatch()) as mailer:
            yield Line(mailer, mail, changed, lambda: mails_in(server), server)


@asynccontextmanager
async def sendgrid_line(mail: Mail, changed: Mail) -> AsyncIterator[Line]:
    double = SendGridDouble(KEY)
    async with DOUBLE_SERVER.serve(double) as url:
        settings = sendgrid_settings(double, url)
        async with open_sendgrid_mailer(settings, SystemClock(), SystemStopwatch()) as mailer:
            yield Line(mailer, mail, changed, lambda: [_sendgrid(m) for m in double.taken], double)


def sendgrid_settings(double: SendGridDouble, url: str) -> Settings:
    sendgrid = SendGridSettings(api_key=KEY, api_url=url, webhook_key=double.webhook_key)
    return Settings(notifications=_notifications(mail="sendgrid"), sendgrid=sendgrid)


@asynccontextmanager
async def twilio_line(
    text: TextMessage, changed: TextMessage, limit: timedelta = LIMIT
) -> AsyncIterator[Line]:
    double = TwilioDouble(ACCOUNT, TOKEN)
    async with DOUBLE_SERVER.serve(double) as url:
        settings = twilio_settings(url, limit)
        async with open_twilio_messenger(settings, SystemClock(), SystemStopwatch()) as messenger:

            def arrived() -> list[TextMessage]:
                # Twilio does not see the id.
                ids = (text.id, *(UUID(int=10 + n) for n in range(3)))
                known = ids[:1] if len(double.taken) == 1 else ids[1:]
                return [
                    TextMessage(id_, each["to"], each["body"])
                    for id_, each in zip(known, double.taken, strict=False)
                ]

            yield Line(messenger, text, changed, arrived, double)


def twilio_settings(url: str, limit: timedelta) -> Settings:
    twilio = TwilioSettings(
        account=ACCOUNT,
        token=TOKEN,
        sender="+15550199",
        api_url=url,
        callback_url=CALLBACK_URL,
        per_second=1_000,
    )
    return Settings(notifications=_notifications(sms="twilio", timeout=limit), twilio=twilio)


@asynccontextmanager
async def push_line(
    kind: str,
    push: PushMessage,
    changed: PushMessage,
    count: int = 2,
    hosts: tuple[str, ...] = (),
) -> AsyncIterator[Line]:
    """Yield the line of `web`, `http` or `both`."""
    double = PushDouble()
    async with DOUBLE_SERVER.serve(double) as url:
        browsers = tuple(subscribed(double, url) for _ in range(count)) if kind != "http" else ()
        devices = push.devices if kind != "web" else ()
        push, changed = (
            replace(each, subscriptions=browsers, devices=devices) for each in (push, changed)
        )
        settings = Settings(
            notifications=_notifications(push=kind),
            web_push=WebPushSettings(
                private_key=VAPID_KEY, hosts=(url.removeprefix("http://"), *hosts), per_second=1_000
            ),
            http_push=HttpPushSettings(url=url, per_second=1_000),
        )
        opened: Any = {
            "web": open_web_push_messenger,
            "http": open_http_push_messenger,
            "both": open_both_push_messengers,
        }[kind]
        async with opened(settings, SystemClock(), SystemStopwatch()) as messenger:

            def arrived() -> list[PushMessage]:
                return _pushes(double, push, url)

            yield Line(messenger, push, changed, arrived, double)


def subscribed(double: PushDouble, url: str) -> PushSubscription:
    given = double.subscribe(url)
    ident = SubscriptionId(UUID(int=len(double.browsers)))
    return PushSubscription(ident, **given, added_at=SystemClock().now())


def _pushes(double: PushDouble, push: PushMessage, url: str) -> list[PushMessage]:
    """Return the messages that arrived at every device and browser, each once."""
    everywhere = [*push.devices, *(each.endpoint.removeprefix(url) for each in push.subscriptions)]
    first = [each for each in double.taken if each["device"] == everywhere[0]]
    assert {
        device: len([each for each in double.taken if each["device"] == device])
        for device in everywhere
    } == dict.fromkeys(everywhere, len(first))
    ids = [push.id] if len(first) == 1 else [UUID(int=10 + n) for n in range(3)]
    return [
        replace(push, id=id_, title=each["title"], text=each.get("body") or each["message"])
        for id_, each in zip(ids, first, strict=True)
    ]


def mails_in(server: MailServer) -> list[Mail]:
    contents = (each.content for each in server.received)
    return [mail_of(content) for content in contents if isinstance(content, bytes)]


def mail_of(content: bytes) -> Mail:
    message = message_from_bytes(content, policy=default)
    text, html = message.iter_parts()
    [to] = message["To"].addresses
    return Mail(
        id=_id(message["Message-ID"]),
        to=to.addr_spec,
        name=to.display_name,
        subject=message["Subject"],
        text=cast(EmailMessage, text).get_content().replace("\r\n", "\n"),
        html=cast(EmailMessage, html).get_content().replace("\r\n", "\n"),
        unsubscribe_url=_unsubscribe_url(message),
    )


def _sendgrid(mail: dict[str, Any]) -> Mail:
    [to] = mail["personalizations"][0]["to"]
    text, html = (part["value"] for part in mail["content"])
    id_, url = _id(mail["headers"]["Message-ID"]), _unsubscribe_url(mail["headers"])
    return Mail(id_, to["email"], to["name"], mail["subject"], text, html, unsubscribe_url=url)


def _unsubscribe_url(headers: Any) -> str | None:
    url = headers.get("List-Unsubscribe")
    assert headers.get("List-Unsubscribe-Post") == (url and "List-Unsubscribe=One-Click")
    return url and str(url).removeprefix("<").removesuffix(">")


def _id(message_id: str) -> UUID:
    return UUID(message_id.strip("<>").partition("@")[0])


def _notifications(**adapters: Any) -> NotificationsSettings:
    given: dict[str, Any] = {"sender": SENDER, "timeout": LIMIT} | adapters
    return NotificationsSettings(**given)
