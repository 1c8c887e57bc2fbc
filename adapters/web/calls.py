"""Calls of a provider's HTTP API."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from ...ports.stopwatch import Stopwatch
from .distrust import distrust_of

_log = logging.getLogger(__name__)

# What httpx logs of a request has its URL, and that may have a phone number.
logging.getLogger("httpx").setLevel(logging.WARNING)

_LONGEST_PAUSE = 3_600.0
"""Seconds. A provider that asks for more is asked again after this."""
_OPERATORS_PAUSE = 60.0
"""Seconds between two calls while the operator has to mend something, such as a key."""


class HttpCalls:
    """Calls one provider. The caller has the limit of time, and tries again later."""

    def __init__(self, client: httpx.AsyncClient, stopwatch: Stopwatch, *, what: str) -> None:
        """`what` is the provider's name in errors and logs."""
        self._client = client
        self._stopwatch = stopwatch
        self._what = what
        self._reminders = Reminders()

    async def call(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Return a success, or a refusal of this request: 400 to 499.

        Raises Unavailable, after which the call may have had effect. It says how long the provider
        asks to wait.
        """
        try:
            answer = await self._client.request(method, url, **request)
        except httpx.HTTPError as error:
            self._tell(distrust_of(error) or type(error).__name__)
            raise Unavailable(what=self._what) from None  # the cause has the URL
        status = answer.status_code
        if status in (401, 403):
            self._tell(f"status {status}, so look at the credentials")
            raise Unavailable(what=self._what, retry_after=_OPERATORS_PAUSE)
        if status == 429 or status >= 500:
            self._tell(f"status {status}")
            raise Unavailable(what=self._what, retry_after=pause_of(answer.headers))
        return answer

    def told(self, answer: httpx.Response) -> dict[str, Any]:
        """Return the object in an answer, or an empty one if it has none."""
        try:
            value: Any = answer.json()
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def refused(self, why: str) -> Unavailable:
        """Return what to raise for a refusal that is nobody's address: the operator must look."""
        self._tell(why)
        return Unavailable(what=self._what)

    def _tell(self, why: str) -> None:
        if self._reminders.is_due(self._what, why, self._stopwatch.elapsed()):
            _log.warning("%s took no message: %s", self._what, why)


def pause_of(headers: Mapping[str, str]) -> float:
    """Return how many seconds an answer asks to wait: by Retry-After, or by the limit's reset."""
    asked = headers.get("retry-after", "").strip()
    pause = 1.0
    with suppress(ValueError):
        if asked.isdecimal():
            pause = float(asked)
        elif asked:
            pause = (parsedate_to_datetime(asked) - _sent_at(headers)).total_seconds()
        elif reset := headers.get("x-ratelimit-reset", ""):
            pause = float(reset) - _sent_at(headers).timestamp()
    return min(max(pause, 1.0), _LONGEST_PAUSE)


def _sent_at(headers: Mapping[str, str]) -> datetime:
    """Return the provider's time, which is what its limits go by. Raises ValueError."""
    return parsedate_to_datetime(headers.get("date", ""))
