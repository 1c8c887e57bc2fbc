"""Mail as `.eml` files, which any mail program opens."""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from ...ports.clock import Clock
from ...ports.language.invariants import ensure
from ...ports.language.mail import Mail, Undeliverable
from ...ports.language.notifications import Attachment
from ...ports.language.text import one_line
from ...ports.messengers import Mailer
from ..system.outgoing_folder import OutgoingFolder

_ADDRESS = re.compile(r"""[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\"]+""")
_NOT_IN_A_NAME = re.compile(r"""[@<>()\[\],;:\\"]""")
"""Characters that need quoting, because some mail programs could read them as a recipient."""
_ATOMS = re.compile(r"[A-Za-z0-9 '-]*")
"""A name that needs neither quoting nor encoding."""
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ENCODED = "=?"
"""The start of an encoded word. A text that contains it is encoded, so that it is not decoded."""


class EmlMailer(Mailer):
    """Writes each mail to a folder as `<id>.eml`, once: an existing file counts as sent."""

    def __init__(self, folder: OutgoingFolder, clock: Clock, *, sender: str) -> None:
        """`sender` is the From address, such as `solebook <no-reply@example.com>`."""
        self._folder = folder
        self._clock = clock
        self._sender = sender

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        await self._folder.put(f"{mail.id}.eml", as_bytes(mail, self._sender, self._clock.now()))
        return ()


def as_bytes(mail: Mail, sender: str, at: datetime) -> bytes:
    """Return the mail as an RFC 5322 message with text and HTML alternatives.

    The mail's texts cannot add headers or recipients. The same mail at the same instant gives the
    same bytes. It does not use the standard library's `EmailMessage`, which is fifteen times slower
    because it parses each header.
    """
    is_address = _ADDRESS.fullmatch(mail.to) and _ENCODED not in mail.to
    assert is_address, f"{mail.to!r} is no address"
    from_, domain = _sender(sender)
    # Quoted-printable never contains "=_", so no text can contain the boundary.
    boundary = f"=_{mail.id.hex}"
    outer = f"=_{mail.id.hex}_files"
    head = (
        f"From: {from_}",
        f"To: {_phrase(mail.name)} <{mail.to}>",
        f"Subject: {_unstructured(mail.subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{mail.id}@{domain}>",
        "Auto-Submitted: auto-generated",
        *(f"{name}: {value}" for name, value in mail.unsubscribe_headers.items()),
        "MIME-Version: 1.0",
    )
    worded = (
        f'Content-Type: multipart/alternative; boundary="{boundary}"'.encode(),
        b"",
        *_part(boundary, "plain", mail.text),
        *_part(boundary, "html", mail.html),
        f"--{boundary}--".encode(),
        b"",
    )
    lines: tuple[bytes, ...] = worded
    if mail.attachments:
        lines = (
            f'Content-Type: multipart/mixed; boundary="{outer}"'.encode(),
            b"",
            f"--{outer}".encode(),
            *worded,
            *(line for each in mail.attachments for line in _file(outer, each)),
            f"--{outer}--".encode(),
            b"",
        )
    return b"\r\n".join((*(line.encode() for line in head), *lines))


def _file(boundary: str, attachment: Attachment) -> tuple[bytes, ...]:
    ensure(_FILE_NAME.fullmatch(attachment.name), f"{attachment.name!r} needs quoting")
    return (
        f"--{boundary}".encode(),
        f"Content-Type: {attachment.type}".encode(),
        f'Content-Disposition: attachment; filename="{attachment.name}"'.encode(),
        b"Content-Transfer-Encoding: base64",
        b"",
        encodebytes(attachment.content).replace(b"\n", b"\r\n"),
    )


def _part(boundary: str, kind: str, text: str) -> tuple[bytes, ...]:
    return (
        f"--{boundary}".encode(),
        f'Content-Type: text/{kind}; charset="utf-8"'.encode(),
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        _quoted_printable(text),
        b"",
    )


def _quoted_printable(text: str) -> bytes:
    lines = [b2a_qp(line.encode(), istext=False) for line in text.rstrip("\n").split("\n")]
    return b"\r\n".join(lines).replace(b"=\n", b"=\r\n")


def _phrase(name: str) -> str:
    """Return a display name for an address header."""
    name = one_line(_NOT_IN_A_NAME.sub(" ", name))
    return _folded(name, "To", as_it_is=_ATOMS.fullmatch(name) is not None)


def _unstructured(text: str) -> str:
    """Return the value of an unstructured header."""
    text = one_line(text)
    return _folded(text, "Subject", as_it_is=text.isascii() and _ENCODED not in text)


def _folded(text: str, header: str, *, as_it_is: bool) -> str:
    """Return a text folded into header lines. It is encoded unless `as_it_is`."""
    charset = "us-ascii" if as_it_is else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


@lru_cache(8)  # the settings have only one sender
def _sender(sender: str) -> tuple[str, str]:
    """Return the value of the From header, and the domain for message ids."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    return message.as_string().partition(": ")[2].strip(), parseaddr(sender)[1].rpartition("@")[2]
