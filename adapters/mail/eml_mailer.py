"""Mail as `.eml` files, which any mail program opens."""

import asyncio
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr

from ...ports.clock import Clock
from ...ports.language.mail import Mail
from ...ports.language.text import one_line
from ...ports.messengers import Mailer
from ..system.outgoing_folder import OutgoingFolder

_ADDRESS = re.compile(r"""[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\"]+""")
_NOT_IN_A_NAME = re.compile(r"""[@<>()\[\],;:\\"]""")
"""Characters that need quoting. The standard library drops quotes when it folds a long header, so
that a name with them could add recipients."""
_ENCODED = "=?"
"""The start of an encoded word. The standard library decodes encoded words, so that a text with one
could bring back characters that were filtered out."""


class EmlMailer(Mailer):
    """Writes each mail to a folder as `<id>.eml`, once: an existing file counts as sent."""

    def __init__(self, folder: OutgoingFolder, clock: Clock, *, sender: str) -> None:
        """`sender` is the From address, such as `solebook <no-reply@example.com>`."""
        self._folder = folder
        self._clock = clock
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        # In a thread, because rendering takes about a millisecond.
        content = await asyncio.to_thread(self._content, mail, self._clock.now())
        await self._folder.put(f"{mail.id}.eml", content)

    def _content(self, mail: Mail, at: datetime) -> bytes:
        return as_message(mail, self._sender, at).as_bytes()


def as_message(mail: Mail, sender: str, at: datetime) -> EmailMessage:
    """Return the mail as an RFC 5322 message with text and HTML alternatives.

    The mail's texts cannot add headers or recipients. The same mail at the same instant gives the
    same bytes.
    """
    is_address = _ADDRESS.fullmatch(mail.to) and _ENCODED not in mail.to
    assert is_address, f"{mail.to!r} is no address"
    name = _plain(_NOT_IN_A_NAME.sub(" ", mail.name))
    message = EmailMessage(policy=SMTP if mail.to.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = Address(name, *mail.to.split("@"))
    message["Subject"] = _plain(mail.subject)
    message["Date"] = at
    message["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    # Quoted-printable never contains "=_", so no text can contain the boundary.
    message.set_boundary(f"=_{mail.id.hex}")
    return message


def _plain(text: str) -> str:
    return one_line(text.replace(_ENCODED, "= ?"))
