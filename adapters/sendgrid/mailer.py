"""Mail through SendGrid's API."""

import base64
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from ...ports.clock import Clock
from ...ports.language.mail import Mail, Undeliverable
from ...ports.language.notifications import Unreachable
from ...ports.messengers import Mailer
from ..web.calls import HttpCalls

SENDGRID = "SendGrid"
"""Its name in errors."""
_TO = "personalizations.0.to.0.email"
"""The field of a recipient that is no address."""


class SendGridMailer(Mailer):
    """Hands each mail to SendGrid. Whether it arrives, its events tell.

    SendGrid's API has no key with which it detects a repeated mail, and cannot be asked for a mail.
    If the answer to a mail is lost, it is sent again, with the same Message-ID.
    """

    def __init__(self, calls: HttpCalls, clock: Clock, *, key: str, url: str, sender: str) -> None:
        """`sender` is the From address, such as `solebook <no-reply@example.com>`."""
        self._calls = calls
        self._clock = clock
        self._headers = {"Authorization": f"Bearer {key}"}
        self._url = f"{url}/v3/mail/send"
        name, address = parseaddr(sender)
        self._from = {"email": address, "name": name} if name else {"email": address}
        self._domain = address.rpartition("@")[2]

    async def send(self, mail: Mail) -> Sequence[Undeliverable]:
        answer = await self._calls.call(
            "POST", self._url, headers=self._headers, json=self._body(mail)
        )
        if answer.is_success:
            return ()
        fields = _fields(self._calls.told(answer))
        if answer.status_code == 400 and fields == [_TO]:
            return [Undeliverable(mail.to, Unreachable.INVALID)]
        raise self._calls.refused(f"status {answer.status_code}, fields {fields}")

    def _body(self, mail: Mail) -> dict[str, Any]:
        to = {"email": mail.to, "name": mail.name} if mail.name else {"email": mail.to}
        sent_at = str(int(self._clock.now().timestamp()))
        body: dict[str, Any] = {
            "personalizations": [{"to": [to]}],
            "from": self._from,
            "subject": mail.subject,
            "content": [
                {"type": "text/plain", "value": mail.text},
                {"type": "text/html", "value": mail.html},
            ],
            "headers": {
                "Message-ID": f"<{mail.id}@{self._domain}>",
                "Auto-Submitted": "auto-generated",
                **mail.unsubscribe_headers,
            },
            "custom_args": {"user_id": str(mail.user_id or ""), "sent_at": sent_at},
            # Links stay as the templates have them, and nobody is watched.
            "tracking_settings": {
                "click_tracking": {"enable": False},
                "open_tracking": {"enable": False},
            },
        }
        if mail.attachments:
            body["attachments"] = [
                {
                    "content": base64.b64encode(each.content).decode(),
                    "filename": each.name,
                    "type": each.type,
                    "disposition": "attachment",
                }
                for each in mail.attachments
            ]
        return body


def _fields(answer: dict[str, Any]) -> list[str]:
    """Return the fields that an answer complains of."""
    errors = answer.get("errors", [])
    return [str(each.get("field")) for each in errors if isinstance(each, dict)]
