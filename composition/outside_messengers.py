"""Messengers on the network. They import their packages when they are built: they are extras."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..adapters.decorators.guarded_messengers import (
    GuardedMailer,
    GuardedPushMessenger,
    GuardedTextMessenger,
)
from ..adapters.memory.delivery_reports import NoDeliveryReports
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.delivery_reports import DeliveryReports
from ..ports.messengers import Mailer, PushMessenger, TextMessenger
from ..ports.stopwatch import Stopwatch
from .encryption import authority_of

if TYPE_CHECKING:
    import httpx

    from ..adapters.mail.smtp_pool import SmtpServer

_CONNECTIONS = 20
"""The maximum of connections to one provider."""


@asynccontextmanager
async def open_smtp_mailer(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[Mailer]:
    """Open what sends mail through a mail server."""
    from ..adapters.mail.smtp_mailer import SERVER, SmtpMailer
    from ..adapters.mail.smtp_pool import SmtpPool

    limit, smtp = settings.notifications.timeout, settings.smtp
    pool = SmtpPool(
        smtp_server(settings),
        stopwatch,
        connections=smtp.connections,
        timeout=limit.total_seconds(),
    )
    mailer = SmtpMailer(pool, clock, stopwatch, sender=settings.notifications.sender)
    try:
        yield GuardedMailer(
            mailer.send, stopwatch, what=SERVER, limit=limit, per_second=smtp.per_second
        )
    finally:
        await pool.close()


def smtp_server(settings: Settings) -> "SmtpServer":
    """Return where the mail server is."""
    from ..adapters.mail.smtp_pool import SmtpServer

    smtp = settings.smtp
    return SmtpServer(smtp.host, smtp.port, smtp.encryption, smtp.user, smtp.password, smtp.ca)


@asynccontextmanager
async def open_sendgrid_mailer(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[Mailer]:
    """Open what sends mail through SendGrid."""
    from ..adapters.sendgrid.mailer import SENDGRID, SendGridMailer
    from ..adapters.web.calls import HttpCalls

    limit, sendgrid = settings.notifications.timeout, settings.sendgrid
    assert sendgrid.api_key, "the settings need it"
    async with _open_client(settings, "sendgrid.ca", sendgrid.ca) as client:
        mailer = SendGridMailer(
            HttpCalls(client, stopwatch, what=SENDGRID),
            clock,
            key=sendgrid.api_key,
            url=sendgrid.api_url,
            sender=settings.notifications.sender,
        )
        yield GuardedMailer(
            mailer.send, stopwatch, what=SENDGRID, limit=limit, per_second=sendgrid.per_second
        )


@asynccontextmanager
async def open_twilio_messenger(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[TextMessenger]:
    """Open what sends text messages through Twilio."""
    from ..adapters.twilio.text_messenger import TWILIO, TwilioTextMessenger
    from ..adapters.web.calls import HttpCalls

    limit, twilio = settings.notifications.timeout, settings.twilio
    assert twilio.account, "the settings need it"
    assert twilio.token, "the settings need it"
    assert twilio.sender, "the settings need it"
    async with _open_client(settings, "twilio.ca", twilio.ca) as client:
        messenger = TwilioTextMessenger(
            HttpCalls(client, stopwatch, what=TWILIO),
            clock,
            account=twilio.account,
            token=twilio.token,
            sender=twilio.sender,
            url=twilio.api_url,
            callback_url=twilio.callback_url,
            validity=int(twilio.validity.total_seconds()),
        )
        yield GuardedTextMessenger(
            messenger.send, stopwatch, what=TWILIO, limit=limit, per_second=twilio.per_second
        )


@asynccontextmanager
async def open_web_push_messenger(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[PushMessenger]:
    """Open what sends push messages to browsers."""
    from ..adapters.push.web_push_messenger import WebPushMessenger

    limit, web_push = settings.notifications.timeout, settings.web_push
    assert web_push.private_key, "the settings need it"
    async with _open_client(settings) as client:
        messenger = WebPushMessenger(
            client,
            clock,
            stopwatch,
            private_key=web_push.private_key,
            contact=web_push.contact,
            hosts=web_push.hosts,
        )
        yield GuardedPushMessenger(
            messenger.send,
            stopwatch,
            what="web push",
            limit=limit,
            per_second=web_push.per_second,
        )


@asynccontextmanager
async def open_http_push_messenger(
    settings: Settings, _: Clock, stopwatch: Stopwatch
) -> AsyncIterator[PushMessenger]:
    """Open what sends push messages to a server with ntfy's API."""
    from ..adapters.push.http_push_messenger import HTTP_PUSH, HttpPushMessenger
    from ..adapters.web.calls import HttpCalls

    limit, http_push = settings.notifications.timeout, settings.http_push
    assert http_push.url, "the settings need it"
    async with _open_client(settings, "http_push.ca", http_push.ca) as client:
        calls = HttpCalls(client, stopwatch, what=HTTP_PUSH)
        messenger = HttpPushMessenger(calls, url=http_push.url, token=http_push.token)
        yield GuardedPushMessenger(
            messenger.send,
            stopwatch,
            what=HTTP_PUSH,
            limit=limit,
            per_second=http_push.per_second,
        )


@asynccontextmanager
async def open_both_push_messengers(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[PushMessenger]:
    """Open what sends push messages to browsers, and to device tokens."""
    from ..adapters.push.both_messengers import BothMessengers

    async with (
        open_web_push_messenger(settings, clock, stopwatch) as browsers,
        open_http_push_messenger(settings, clock, stopwatch) as devices,
    ):
        yield BothMessengers(browsers, devices)


def push_server_key_of(settings: Settings) -> str:
    """Return the public key with which browsers subscribe, or an empty text."""
    key = settings.web_push.private_key
    if settings.push_adapter not in ("web", "both") or key is None:
        return ""
    from ..adapters.push.web_push_messenger import public_key_of

    return public_key_of(key)


def mail_reports_of(settings: Settings) -> DeliveryReports:
    """Return what reads reports on mail."""
    if settings.mail_adapter != "sendgrid" or settings.sendgrid.webhook_key is None:
        return NoDeliveryReports()
    from ..adapters.sendgrid.reports import SendGridReports

    return SendGridReports(settings.sendgrid.webhook_key)


def text_reports_of(settings: Settings) -> DeliveryReports:
    """Return what reads reports on text messages."""
    twilio = settings.twilio
    if settings.sms_adapter != "twilio" or not (twilio.token and twilio.callback_url):
        return NoDeliveryReports()
    from ..adapters.twilio.reports import TwilioReports

    return TwilioReports(twilio.token, twilio.callback_url)


@asynccontextmanager
async def _open_client(
    settings: Settings, setting: str = "", ca: str | None = None
) -> "AsyncIterator[httpx.AsyncClient]":
    """Open connections to a provider, whose certificate is verified.

    The CA is that of a setting, or one of the public. Raises OSError if its file cannot be used.
    """
    import httpx

    authority = authority_of(setting, ca)

    timeout = settings.notifications.timeout.total_seconds()
    limits = httpx.Limits(max_connections=_CONNECTIONS)
    verify = True if authority is None else authority
    async with httpx.AsyncClient(timeout=timeout, limits=limits, verify=verify) as client:
        yield client
