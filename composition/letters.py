"""Letters for those who want to see one before it is sent: no store, no messenger."""

from datetime import datetime

from ..adapters.mail.eml_mailer import as_bytes
from ..config.settings import Settings
from ..ports.language.mail import Mail
from ..ports.language.notifications import Letter, Notice, Recipient
from .container import Container


def word_letter(settings: Settings, notice: Notice, recipient: Recipient) -> Letter:
    """Return the notice in the words that a deployment would send."""
    return Container(settings=settings).templates().render(notice, recipient)


def eml_file(settings: Settings, mail: Mail, at: datetime) -> bytes:
    """Return the mail as a file that any mail program opens, from the deployment's sender."""
    return as_bytes(mail, settings.notifications.sender, at)
