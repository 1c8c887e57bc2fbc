"""The double of Twilio: messages of one account, their list, and signed callbacks."""

import base64
import hmac
import re
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from ..messages.double import Call, MessageDouble, Reply

_SEND = ("To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod")
_LIST = ("To", "PageSize", "From", "DateSent")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
REFUSED = {"+15005550001": 21211, "+15005550009": 21614, "+15005550004": 21610}
"""Twilio's magic numbers: none, a landline, and one whose owner answered STOP."""


class TwilioDouble(MessageDouble):
    """Takes messages with the account's token."""

    def __init__(self, account: str, token: str) -> None:
        super().__init__()
        self._account = account
        self._token = token
        self.status = "active"
        """That of the account."""

    def answer(self, call: Call) -> Reply:
        account = f"/2010-04-01/Accounts/{self._account}"
        if call.path not in (f"{account}/Messages.json", f"{account}.json"):
            return _refused(404, 20404, "The requested resource was not found")
        login = base64.b64encode(f"{self._account}:{self._token}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {login}":
            return _refused(401, 20003, "Authenticate")
        if call.path == f"{account}.json":
            return Reply(200, {"sid": self._account, "status": self.status})
        match call.method:
            case "POST":
                return self._send(parse_qsl(call.body.decode(), keep_blank_values=True))
            case "GET":
                return self._list(parse_qsl(call.query, keep_blank_values=True))
            case _:
                return _refused(405, 20004, "Method not allowed")

    def _send(self, fields: list[tuple[str, str]]) -> Reply:
        if wrong := _unknown(fields, _SEND):
            return _refused(400, 20001, f"Unknown parameter {wrong}")
        form = dict(fields)
        if not form.get("Body"):
            return _refused(400, 21602, "Message body is required")
        if len(form["Body"]) > 1_600:
            return _refused(400, 21617, "The concatenated message body exceeds the limit")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return _refused(400, 21603, "A 'From' phone number is required")
        to = form.get("To", "")
        if not _NUMBER.fullmatch(to):
            return _refused(400, 21211, "Invalid 'To' Phone Number")
        if to in REFUSED:
            return _refused(400, REFUSED[to], "The number cannot be reached")
        if not 1 <= int(form.get("ValidityPeriod", "14400")) <= 36_000:
            return _refused(400, 21621, "Invalid ValidityPeriod")
        message = {
            "sid": f"SM{uuid4().hex}",
            "account_sid": self._account,
            "to": to,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": form["Body"],
            "status": "queued",
            "error_code": None,
            "date_created": format_datetime(datetime.now(UTC)),
            "status_callback": form.get("StatusCallback"),
        }
        self.keep(message)
        return Reply(201, _shown(message))

    def _list(self, fields: list[tuple[str, str]]) -> Reply:
        if wrong := _unknown(fields, _LIST):
            return _refused(400, 20001, f"Unknown parameter {wrong}")
        wanted = dict(fields)
        found = [
            each for each in reversed(self.taken) if each["to"] == wanted.get("To", each["to"])
        ]
        page = found[: int(wanted.get("PageSize", "50"))]
        return Reply(200, {"messages": [_shown(each) for each in page]})

    def callback(
        self, message: dict[str, Any], status: str, error: int | None = None
    ) -> tuple[str, bytes, dict[str, str]]:
        """Return the URL, the body and the headers of a request with a message's new status."""
        url = message["status_callback"]
        form = {
            "AccountSid": self._account,
            "MessageSid": message["sid"],
            "MessageStatus": status,
            "To": message["to"],
        }
        if error is not None:
            form["ErrorCode"] = str(error)
        return url, urlencode(form).encode(), {"X-Twilio-Signature": self.signature(url, form)}

    def signature(self, url: str, form: dict[str, str]) -> str:
        """Return the signature of a form that is posted to a URL."""
        signed = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.digest(self._token.encode(), signed.encode(), "sha1")).decode()

    def act(self, name: str, values: dict[str, Any]) -> Any:
        """`callbacks` returns a signed status of the latest message to a number."""
        for message in reversed(self.taken) if name == "callbacks" else ():
            if message["to"] == values.get("to"):
                status, error = values.get("status", "undelivered"), values.get("error", 30005)
                url, body, headers = self.callback(message, status, error)
                return {"url": url, "body": body.decode(), "headers": headers}
        return super().act(name, values)


def _refused(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "status": status})


def _unknown(fields: list[tuple[str, str]], known: tuple[str, ...]) -> str | None:
    """Return the first parameter that is unknown or given twice, or None."""
    counts = Counter(name for name, _ in fields)
    return next((name for name, count in counts.items() if name not in known or count > 1), None)


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "status_callback"}
