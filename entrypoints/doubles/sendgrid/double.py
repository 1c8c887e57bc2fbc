"""The double of SendGrid: POST /v3/mail/send, and signed events of what became of mails."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..messages.double import Call, MessageDouble, Reply, json_object, unknown_fields

_BODY = (
    *("personalizations", "from", "reply_to", "subject", "content", "attachments", "headers"),
    *("custom_args", "categories", "tracking_settings", "mail_settings", "send_at"),
)
_RESERVED = frozenset({"received", "dkim-signature", "content-type", "to", "from", "subject"})
_MOST_BYTES = 30 * 1024 * 1024


class SendGridDouble(MessageDouble):
    """Accepts mails with its key. An address of `invalid.` is none, as in SendGrid's sandbox."""

    def __init__(self, key: str, *, clock: Callable[[], float] = time.time) -> None:
        """`key` is the only valid one. `clock` returns seconds since 1970."""
        super().__init__()
        self._key = key
        self._clock = clock
        self.scopes = ["mail.send"]
        """What the key may do."""
        self._signing_key = generate_private_key(SECP256R1())

    @property
    def webhook_key(self) -> str:
        """The public key of its events, as SendGrid shows it."""
        public = self._signing_key.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def answer(self, call: Call) -> Reply:
        asked = call.method, call.path
        if asked not in (("POST", "/v3/mail/send"), ("GET", "/v3/scopes")):
            return _refused(404, "there is no such path", None)
        if call.headers.get("authorization") != f"Bearer {self._key}":
            return _refused(401, "the provided authorization grant is invalid", None)
        if call.path == "/v3/scopes":
            return Reply(200, {"scopes": self.scopes})
        mail = json_object(call.body)
        if (field := _wrong_field(mail)) is not None:
            return _refused(400, "is wrong", field)
        sg_message_id = uuid4().hex
        self.keep({**mail, "sg_message_id": sg_message_id})
        return Reply(202, None, {"x-message-id": sg_message_id})

    def events(
        self, kind: str, mail: dict[str, Any], **fields: Any
    ) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers of a request with an event of a mail."""
        [to] = mail["personalizations"][0]["to"]
        event = {
            "email": to["email"],
            "timestamp": int(self._clock()),
            "event": kind,
            "sg_event_id": uuid4().hex,
            "sg_message_id": mail["sg_message_id"],
            **mail.get("custom_args", {}),
            **fields,
        }
        return self.signed(json.dumps([event]).encode())

    def signed(self, body: bytes) -> tuple[bytes, dict[str, str]]:
        """Return a body with the headers of its signature."""
        timestamp = str(int(self._clock()))
        signature = self._signing_key.sign(timestamp.encode() + body, ECDSA(SHA256()))
        return body, {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    def act(self, name: str, values: dict[str, Any]) -> Any:
        """`events` returns a signed event of the latest mail to an address, ready to be posted."""
        if name != "events":
            return super().act(name, values)
        wanted = values.pop("email", None)
        for mail in reversed(self.taken):
            if mail["personalizations"][0]["to"][0]["email"] == wanted:
                body, headers = self.events(values.pop("event", "bounce"), mail, **values)
                return {"body": body.decode(), "headers": headers}
        return super().act(f"mail to {wanted}", values)


def _refused(status: int, message: str, field: str | None) -> Reply:
    return Reply(status, {"errors": [{"message": message, "field": field, "help": None}]})


def _wrong_field(mail: dict[str, Any]) -> str | None:
    """Return the first field that SendGrid would refuse, or None."""
    if unknown := unknown_fields(mail, _BODY):
        return unknown[0]
    personalizations = mail.get("personalizations")
    if not isinstance(personalizations, list) or len(personalizations) != 1:
        return "personalizations"
    to = personalizations[0].get("to")
    if not isinstance(to, list) or not to:
        return "personalizations.0.to"
    if not _is_address(to[0].get("email")):
        return "personalizations.0.to.0.email"
    if not _is_address(mail.get("from", {}).get("email")):
        return "from.email"
    if not mail.get("subject"):
        return "subject"
    kinds = [part.get("type") for part in mail.get("content", [])]
    if not kinds or kinds != sorted(kinds, key="text/html".__eq__):
        return "content"
    if any(name.lower() in _RESERVED for name in mail.get("headers", {})):
        return "headers"
    if not all(isinstance(value, str) for value in mail.get("custom_args", {}).values()):
        return "custom_args"
    return "attachments" if len(json.dumps(mail)) > _MOST_BYTES else None


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or not value.isascii():
        return False
    name, at, domain = value.rpartition("@")
    return bool(name and at and "." in domain) and not domain.startswith("invalid.")
