"""The words of letters, and what carries them in files or in memory, as the settings select."""

from dependency_injector import providers

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
from .outside_messengers import (
    open_both_push_messengers,
    open_http_push_messenger,
    open_sendgrid_mailer,
    open_smtp_mailer,
    open_twilio_messenger,
    open_web_push_messenger,
)


def templates_of(settings: Settings) -> Templates:
    """Return the templates of letters."""
    if settings.notifications.templates == "memory":
        return MemoryTemplates(settings.market.money)
    from ..adapters.mail.jinja_templates import JinjaTemplates  # an optional package

    pages = settings.public_url.rstrip("/") if settings.http.pages else None
    return JinjaTemplates(currency=settings.market.money, pages_url=pages)


def mailers(
    settings: providers.Provider[Settings],
    clock: providers.Provider[Clock],
    real_clock: providers.Provider[Clock],
    stopwatch: providers.Provider[Stopwatch],
) -> dict[str, providers.Provider[Mailer]]:
    """Return what sends mail, by its name in the settings."""
    return {
        "memory": providers.Singleton(MemoryMailer),
        "eml": providers.Singleton(_eml_mailer, settings, clock),
        "smtp": providers.Resource(open_smtp_mailer, settings, real_clock, stopwatch),
        "sendgrid": providers.Resource(open_sendgrid_mailer, settings, real_clock, stopwatch),
    }


def text_messengers(
    settings: providers.Provider[Settings],
    clock: providers.Provider[Clock],
    stopwatch: providers.Provider[Stopwatch],
) -> dict[str, providers.Provider[TextMessenger]]:
    """Return what sends text messages, by its name in the settings."""
    return {
        "memory": providers.Singleton(MemoryTextMessenger),
        "folder": providers.Singleton(_embedded_text_messenger, settings),
        "twilio": providers.Resource(open_twilio_messenger, settings, clock, stopwatch),
    }


def push_messengers(
    settings: providers.Provider[Settings],
    clock: providers.Provider[Clock],
    stopwatch: providers.Provider[Stopwatch],
) -> dict[str, providers.Provider[PushMessenger]]:
    """Return what sends push messages, by its name in the settings."""
    return {
        "memory": providers.Singleton(MemoryPushMessenger),
        "folder": providers.Singleton(_embedded_push_messenger, settings),
        "web": providers.Resource(open_web_push_messenger, settings, clock, stopwatch),
        "http": providers.Resource(open_http_push_messenger, settings, clock, stopwatch),
        "both": providers.Resource(open_both_push_messengers, settings, clock, stopwatch),
    }


def _eml_mailer(settings: Settings, clock: Clock) -> Mailer:
    return EmlMailer(_outgoing(settings, "mail"), clock, sender=settings.notifications.sender)


def _embedded_text_messenger(settings: Settings) -> TextMessenger:
    return EmbeddedTextMessenger(_outgoing(settings, "sms"))


def _embedded_push_messenger(settings: Settings) -> PushMessenger:
    return EmbeddedPushMessenger(_outgoing(settings, "push"))


def _outgoing(settings: Settings, channel: str) -> OutgoingFolder:
    return OutgoingFolder(outgoing_folder(settings) / channel)
