"""SendGrid's events: what became of mails."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ...ports.delivery_reports import DeliveryReports
from ...ports.language.delivery_reports import Callback, DeliveryReport
from ...ports.language.errors import InvalidSignature, InvalidText
from ...ports.language.ids import UserId
from ...ports.language.mail import Undeliverable
from ...ports.language.notifications import Channel, Unreachable

_MOST_EVENTS = 10_000


class SendGridReports(DeliveryReports):
    """Reads events that are signed with the key of the account's webhook."""

    def __init__(self, public_key: str) -> None:
        """`public_key` is as SendGrid shows it. Raises ValueError if it is none."""
        key = load_der_public_key(base64.b64decode(public_key))
        if not isinstance(key, EllipticCurvePublicKey):
            raise ValueError("sendgrid.webhook_key is no key of an elliptic curve")
        self._key = key

    def read(self, callback: Callback) -> Sequence[DeliveryReport]:
        try:
            signature = base64.b64decode(callback.signature, validate=True)
            signed = callback.timestamp.encode() + callback.body
            self._key.verify(signature, signed, ECDSA(SHA256()))
        except (WrongSignature, ValueError):
            raise InvalidSignature(problem="wrong") from None
        try:
            events = json.loads(callback.body)
        except (ValueError, RecursionError):
            raise InvalidText(field="body", problem="is not JSON") from None
        if not isinstance(events, list) or len(events) > _MOST_EVENTS:
            raise InvalidText(field="body", problem="is no list of events")
        reports = (_report(event) for event in events if isinstance(event, dict))
        return [report for report in reports if report is not None]


def _report(event: dict[str, Any]) -> DeliveryReport | None:
    """Return what an event says about an address, or None if that is nothing new."""
    reason = _reason(event)
    if reason is None:
        return None
    try:
        return DeliveryReport(
            id=f"sendgrid {event['sg_event_id']}",
            user_id=UserId(UUID(event["user_id"])),
            channel=Channel.EMAIL,
            lost=Undeliverable(str(event["email"]), reason),
            sent_at=datetime.fromtimestamp(int(event["sent_at"]), UTC),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None  # a mail of somebody else's in the same account


def _reason(event: dict[str, Any]) -> Unreachable | None:
    match event.get("event"), event.get("type"):
        case "spamreport", _:
            return Unreachable.COMPLAINED
        case "bounce", "blocked":
            return None  # by a policy, as when a server has a bad opinion of the sender's
        case "bounce", _:
            full = str(event.get("status", "")).startswith("5.2.2")
            return None if full else Unreachable.REFUSED
        case "dropped", _:
            return _DROPPED.get(str(event.get("reason")))
        case _:
            return None


_DROPPED = {
    "Bounced Address": Unreachable.REFUSED,
    "Invalid": Unreachable.INVALID,
    "Spam Reporting Address": Unreachable.COMPLAINED,
}
"""Why SendGrid does not even try an address, in its words."""
