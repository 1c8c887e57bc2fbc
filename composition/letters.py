"""Previews of messages, without a store or a messenger."""

from datetime import datetime

from ..adapters.mail.eml_mailer import as_bytes
from ..config.settings import Settings
from ..ports.language.mail import Mail
from ..ports.language.notifications import Letter, Notice, Recipient
from .providers import Container


def word_letter(settings: Settings, notice: Notice, recipient: Recipient) -> Letter:
    """Return the notice as the deployment would word it."""
    return Container(settings=settings).templates().render(notice, recipient)


def eml_file(settings: Settings, mail: Mail, at: datetime) -> bytes:
    """Return the mail as an .eml file, with the deployment's sender."""
    return as_bytes(mail, settings.notifications.sender, at)
