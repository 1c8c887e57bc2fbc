"""Text messages through Twilio's API."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from ...ports.clock import Clock
from ...ports.language.mail import TextMessage, Undeliverable
from ...ports.language.notifications import Unreachable
from ...ports.messengers import TextMessenger
from ..web.calls import HttpCalls

TWILIO = "Twilio"
"""Its name in errors."""
UNREACHABLE = {
    21211: Unreachable.INVALID,  # no number
    21217: Unreachable.INVALID,  # no number that can exist
    21614: Unreachable.INVALID,  # a landline
    21610: Unreachable.COMPLAINED,  # its owner answered STOP
    30004: Unreachable.REFUSED,  # blocked
    30005: Unreachable.REFUSED,  # unknown, or not in use any more
    30006: Unreachable.INVALID,  # a landline
}
"""Codes for a number that no message reaches. Others may pass, as of a phone that is off."""
_MOST_DOUBTS = 1_000
_MOST_KNOWN = 10_000
_CLOCKS_DIFFER = timedelta(seconds=5)


class TwilioTextMessenger(TextMessenger):
    """Hands each message to Twilio. Whether it arrives, a callback tells.

    Twilio has no key with which it detects a repeated message. If this process did not hear what
    became of one, it looks for the message before it sends it again.
    """

    def __init__(
        self,
        calls: HttpCalls,
        clock: Clock,
        *,
        account: str,
        token: str,
        sender: str,
        url: str,
        callback_url: str | None,
        validity: int,
    ) -> None:
        """`sender` is a number or a messaging service, `validity` is in seconds."""
        self._calls = calls
        self._clock = clock
        self._url = f"{url}/2010-04-01/Accounts/{account}/Messages.json"
        self._login = (account, token)
        self._sender = sender
        self._callback_url = callback_url
        self._validity = validity
        self._doubtful: dict[UUID, datetime] = {}
        """When messages were first sent of which this process did not hear what became of them."""
        self._known: dict[str, None] = {}
        """Twilio's ids of messages of which it did. Two messages may have the same text."""

    async def send(self, message: TextMessage) -> Sequence[Undeliverable]:
        began_at = self._clock.now()
        since = self._doubtful.get(message.id)
        if since is not None and await self._has(message, since):
            del self._doubtful[message.id]
            return ()
        try:
            answer = await self._call("POST", data=self._form(message))
        except BaseException:
            self._doubtful.setdefault(message.id, began_at)
            _limit(self._doubtful, _MOST_DOUBTS)
            raise
        self._doubtful.pop(message.id, None)
        if answer.is_success:
            self._know(str(self._calls.told(answer).get("sid")))
            return ()
        code = self._calls.told(answer).get("code")
        if code in UNREACHABLE:
            return [Undeliverable(message.phone, UNREACHABLE[code])]
        raise self._calls.refused(f"status {answer.status_code}, code {code}")

    def _form(self, message: TextMessage) -> dict[str, str]:
        sender = "MessagingServiceSid" if self._sender.startswith("MG") else "From"
        form = {
            "To": message.phone,
            sender: self._sender,
            "Body": message.text,
            "ValidityPeriod": str(self._validity),
        }
        if self._callback_url is not None and message.user_id is not None:
            sent_at = int(self._clock.now().timestamp())
            query = urlencode({"user_id": str(message.user_id), "sent_at": sent_at})
            form["StatusCallback"] = f"{self._callback_url}?{query}"
        return form

    async def _has(self, message: TextMessage, since: datetime) -> bool:
        """Return whether Twilio has a message with this text since then, and it is no other."""
        answer = await self._call("GET", params={"To": message.phone, "PageSize": "50"})
        if not answer.is_success:
            raise self._calls.refused(f"status {answer.status_code} to a list of messages")
        try:
            for each in self._calls.told(answer)["messages"]:
                is_new = parsedate_to_datetime(each["date_created"]) >= since - _CLOCKS_DIFFER
                if is_new and each["body"] == message.text and each["sid"] not in self._known:
                    self._know(each["sid"])
                    return True
        except (KeyError, TypeError, ValueError):
            raise self._calls.refused("a list of messages that makes no sense") from None
        return False

    def _know(self, sid: str) -> None:
        self._known[sid] = None
        _limit(self._known, _MOST_KNOWN)

    async def _call(self, method: str, **request: Any) -> Any:
        return await self._calls.call(method, self._url, auth=self._login, **request)


def _limit(remembered: dict[Any, Any], most: int) -> None:
    if len(remembered) > most:
        del remembered[next(iter(remembered))]
