"""Mail as files, which any mail program opens."""

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
"""What would have to be quoted. The standard library loses quotes where it folds a long header, and
then a name could name more recipients."""
_ENCODED = "=?"
"""How an encoded word begins. The standard library decodes those that it is given, and then a text
could say what was kept out of it."""


class EmlMailer(Mailer):
    """Puts each mail into a folder as `<id>.eml`. One that is there already was sent."""

    def __init__(self, folder: OutgoingFolder, clock: Clock, *, sender: str) -> None:
        """`sender` is what the mails are from: `solebook <no-reply@example.com>`."""
        self._folder = folder
        self._clock = clock
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        # It takes about a millisecond, for which nobody else shall wait.
        content = await asyncio.to_thread(self._content, mail, self._clock.now())
        await self._folder.put(f"{mail.id}.eml", content)

    def _content(self, mail: Mail, at: datetime) -> bytes:
        return as_message(mail, self._sender, at).as_bytes()


def as_message(mail: Mail, sender: str, at: datetime) -> EmailMessage:
    """Return the mail in the form of RFC 5322, text and HTML for the reader to choose from.

    Whatever its texts say, it has these headers and this recipient. The same mail at the same
    instant is the same to the byte.
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
    # Quoted-printable has no such characters, so no text can end its part.
    message.set_boundary(f"=_{mail.id.hex}")
    return message


def _plain(text: str) -> str:
    return one_line(text.replace(_ENCODED, "= ?"))
