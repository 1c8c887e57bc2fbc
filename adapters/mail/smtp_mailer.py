"""Mail through a mail server, by SMTP."""

import logging
import re
from collections.abc import Sequence
from email.utils import parseaddr

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.mail import Mail, Undeliverable
from ...ports.language.notifications import Unreachable
from ...ports.language.reminders import Reminders
from ...ports.messengers import Mailer
from ...ports.stopwatch import Stopwatch
from .eml_mailer import as_bytes
from .smtp_pool import SmtpPool

_log = logging.getLogger(__name__)

SERVER = "the mail server"
"""Its name in errors."""
_NO_MAILBOX = (550, 551, 553)
"""Replies that a mailbox does not exist, unless the server gives another reason."""
_OF_THE_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""It or its domain does not exist, it is no address, it has moved, or it is disabled."""
_NOT_OF_THE_MAILBOX = re.compile(
    r"relay|sender|spam|block|polic|reputation|rcpthosts|auth|denied|#5\.7", re.IGNORECASE
)
"""What old servers say, without a reason in front, of the sender or of their settings."""
_REASON = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
"""The reason in front of a reply (RFC 3463): 5.1.1 is an unknown mailbox, 5.1.8 the sender."""


class SmtpMailer(Mailer):
    """Hands each mail to a mail server, which brings it to the recipient's.

    SMTP has no key with which a server detects a repeated mail. If the answer to a mail is lost, it
    is sent again, with the same Message-ID: a mail program may show it twice.
    """

    def __init__(self, pool: SmtpPool, clock: Clock, stopwatch: Stopwatch, *, sender: str) -> None:
        """`sender` is the From address, such as `solebook <no-reply@example.com>`."""
        self._pool = pool
        self._clock = clock
        self._stopwatch = stopwatch
        self._sender = sender
        self._from = parseaddr(sender)[1]
        self._reminders = Reminders()

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        content = as_bytes(mail, self._sender, self._clock.now())
        try:
            async with self._pool.connection() as smtp:
                return await self._hand_over(smtp, mail.to, content)
        except (SMTPException, OSError) as error:
            self._tell(error)
            raise Unavailable(what=SERVER) from error

    async def _hand_over(self, smtp: SMTP, to: str, content: bytes) -> Sequence[Undeliverable]:
        # Without it, only addresses in ASCII are allowed.
        options = () if to.isascii() else ("SMTPUTF8",)
        try:
            await smtp.sendmail(self._from, [to], content, mail_options=options)
        except SMTPRecipientsRefused as error:
            if _is_for_good(error.recipients[0]):
                return [Undeliverable(to, Unreachable.REFUSED)]
            raise
        except SMTPDataError as error:
            if _is_for_good(error, of_content=True):
                return [Undeliverable(to, Unreachable.REFUSED)]
            raise
        except SMTPNotSupported:
            return [Undeliverable(to, Unreachable.INVALID)]
        return ()

    def _tell(self, error: SMTPException | OSError) -> None:
        # What a server says may have the address, so only its code is logged.
        code = f" {error.code}" if isinstance(error, SMTPResponseException) else ""
        why = f"{type(error).__name__}{code}"
        if self._reminders.is_due(SERVER, why, self._stopwatch.elapsed()):
            level = logging.ERROR if isinstance(error, SMTPAuthenticationError) else logging.WARNING
            _log.log(level, "the mail server took no mail: %s", why)


def _is_for_good(error: SMTPResponseException, *, of_content: bool = False) -> bool:
    """Return whether a reply says that the mailbox does not exist.

    A server that refuses the sender, the content or too many mails is no reason to give an address
    up, even with 550: one wrong setting would cost all users theirs.
    """
    if error.code not in _NO_MAILBOX:
        return False
    reason = _REASON.match(error.message)
    if reason is None:
        return not of_content and _NOT_OF_THE_MAILBOX.search(error.message) is None
    return reason[1] in _OF_THE_MAILBOX
