"""The words of letters, and what carries them, as the settings select."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dependency_injector import providers

from ..adapters.decorators.guarded_messengers import GuardedMailer
from ..adapters.embedded.push_messenger import EmbeddedPushMessenger
from ..adapters.embedded.text_messenger import EmbeddedTextMessenger
from ..adapters.mail.eml_mailer import EmlMailer
from ..adapters.memory.messengers import (
    MemoryMailer,
    MemoryPushMessenger,
    MemoryTextMessenger,
)
from ..adapters.memory.templates import MemoryTemplates
from ..adapters.system.outgoing_folder import OutgoingFolder
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.messengers import Mailer, PushMessenger, TextMessenger
from ..ports.stopwatch import Stopwatch
from ..ports.templates import Templates
from .from_settings import outgoing_folder


def templates_of(settings: Settings) -> Templates:
    """Return the templates of letters."""
    if settings.notifications.templates == "memory":
        return MemoryTemplates(settings.market.money)
    from ..adapters.mail.jinja_templates import JinjaTemplates  # an optional package

    return JinjaTemplates(currency=settings.market.money)


def mailers(
    settings: providers.Provider[Settings],
    clock: providers.Provider[Clock],
    stopwatch: providers.Provider[Stopwatch],
) -> dict[str, providers.Provider[Mailer]]:
    """Return what sends mail, by its name in the settings."""
    return {
        "memory": providers.Singleton(MemoryMailer),
        "eml": providers.Singleton(_eml_mailer, settings, clock),
        "smtp": providers.Resource(open_smtp_mailer, settings, clock, stopwatch),
    }


def _eml_mailer(settings: Settings, clock: Clock) -> Mailer:
    return EmlMailer(_outgoing(settings, "mail"), clock, sender=settings.notifications.sender)


@asynccontextmanager
async def open_smtp_mailer(
    settings: Settings, clock: Clock, stopwatch: Stopwatch
) -> AsyncIterator[Mailer]:
    """Open what sends mail through a mail server."""
    from ..adapters.mail.smtp_mailer import SERVER, SmtpMailer  # an optional package
    from ..adapters.mail.smtp_pool import SmtpPool, SmtpServer

    notifications, smtp = settings.notifications, settings.smtp
    server = SmtpServer(smtp.host, smtp.port, smtp.encryption, smtp.user, smtp.password, smtp.ca)
    timeout = notifications.timeout.total_seconds()
    pool = SmtpPool(server, stopwatch, connections=smtp.connections, timeout=timeout)
    mailer = SmtpMailer(pool, clock, stopwatch, sender=notifications.sender)
    try:
        yield GuardedMailer(
            mailer.send,
            stopwatch,
            what=SERVER,
            limit=notifications.timeout,
            per_second=smtp.per_second,
        )
    finally:
        await pool.close()


def text_messenger_of(settings: Settings) -> TextMessenger:
    """Return what sends text messages."""
    if settings.sms_adapter == "memory":
        return MemoryTextMessenger()
    return EmbeddedTextMessenger(_outgoing(settings, "sms"))


def push_messenger_of(settings: Settings) -> PushMessenger:
    """Return what sends push messages."""
    if settings.push_adapter == "memory":
        return MemoryPushMessenger()
    return EmbeddedPushMessenger(_outgoing(settings, "push"))


def _outgoing(settings: Settings, channel: str) -> OutgoingFolder:
    return OutgoingFolder(outgoing_folder(settings) / channel)
