"""Twilio's callbacks: what became of text messages."""

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import UUID

from ...ports.delivery_reports import DeliveryReports
from ...ports.language.delivery_reports import Callback, DeliveryReport
from ...ports.language.errors import InvalidSignature, InvalidText
from ...ports.language.ids import UserId
from ...ports.language.mail import Undeliverable
from ...ports.language.notifications import Channel
from .text_messenger import UNREACHABLE

_MOST_FIELDS = 100


class TwilioReports(DeliveryReports):
    """Reads callbacks that are signed with the account's token.

    The signature covers the URL as Twilio was given it, with the user and the time of the message.
    """

    def __init__(self, token: str, callback_url: str) -> None:
        self._token = token.encode()
        self._url = callback_url

    def read(self, callback: Callback) -> Sequence[DeliveryReport]:
        try:
            fields = parse_qsl(
                callback.body.decode(),
                keep_blank_values=True,
                strict_parsing=bool(callback.body),
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError:
            raise InvalidText(field="body", problem="is no form") from None
        url = f"{self._url}?{callback.query}"
        signature = signature_of(self._token, url, fields)
        if not hmac.compare_digest(signature.encode(), callback.signature.encode()):
            raise InvalidSignature(problem="wrong")
        report = _report(dict(fields), dict(parse_qsl(callback.query)))
        return () if report is None else (report,)


def signature_of(token: bytes, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Return Twilio's signature of a form that is posted to a URL."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token, signed.encode(), "sha1")).decode()


def _report(fields: dict[str, str], query: dict[str, str]) -> DeliveryReport | None:
    """Return what a callback says about a number, or None if that is nothing new."""
    status, code = fields.get("MessageStatus"), fields.get("ErrorCode", "")
    reason = UNREACHABLE.get(int(code)) if code.isdecimal() else None
    if status not in ("failed", "undelivered") or reason is None:
        return None
    try:
        return DeliveryReport(
            id=f"twilio {fields['MessageSid']} {status}",
            user_id=UserId(UUID(query["user_id"])),
            channel=Channel.SMS,
            lost=Undeliverable(fields["To"], reason),
            sent_at=datetime.fromtimestamp(int(query["sent_at"]), UTC),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None
