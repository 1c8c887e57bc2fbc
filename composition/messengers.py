"""The words of letters, and what carries them, as the settings select."""

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
from ..ports.templates import Templates
from .from_settings import outgoing_folder


def templates_of(settings: Settings) -> Templates:
    """Return the templates of letters."""
    if settings.notifications.templates == "memory":
        return MemoryTemplates(settings.market.money)
    from ..adapters.mail.jinja_templates import JinjaTemplates  # an optional package

    return JinjaTemplates(currency=settings.market.money)


def mailer_of(settings: Settings, clock: Clock) -> Mailer:
    """Return what sends mail."""
    if settings.mail_adapter == "memory":
        return MemoryMailer()
    return EmlMailer(_outgoing(settings, "mail"), clock, sender=settings.notifications.sender)


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
