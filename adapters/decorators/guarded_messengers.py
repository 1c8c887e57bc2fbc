"""Messengers that are left alone while they are away, and not asked more often than they allow."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

from ...ports.language.errors import Unavailable
from ...ports.language.mail import Mail, PushMessage, TextMessage, Undeliverable
from ...ports.messengers import Mailer, PushMessenger, TextMessenger
from ...ports.stopwatch import Stopwatch
from .circuit_breaker import CircuitBreaker

M = TypeVar("M", Mail, TextMessage, PushMessage)

_REMEMBERED = 10_000
"""How many sent messages a process remembers."""
_FAILURES = 5
"""After so many failures in a row, one message in a second is tried."""
_LONGEST_TURN = 5.0
"""Seconds. A message whose turn would come later is tried again later, with all that is due."""


class _Guarded(Generic[M]):
    """Sends through another messenger, which is one provider.

    At most so many messages are sent in a second. When the provider asks to wait, by the
    `retry_after` of Unavailable, no message is sent before. When it does not answer in time, or
    fails, a circuit breaker leaves it alone. A message that this process has sent is not sent
    again.
    """

    def __init__(
        self,
        send: Callable[[M], Awaitable[Sequence[Undeliverable]]],
        stopwatch: Stopwatch,
        *,
        what: str,
        limit: timedelta,
        per_second: float,
    ) -> None:
        """`what` is the provider's name in errors, `limit` the time of a message."""
        self._send: Callable[[M], Awaitable[Sequence[Undeliverable]]] = send
        self._stopwatch = stopwatch
        self._what = what
        self._limit = limit.total_seconds()
        self._apart = 1 / per_second
        self._breaker = CircuitBreaker(stopwatch, what=what, failures=_FAILURES)
        self._sent: OrderedDict[UUID, Sequence[Undeliverable]] = OrderedDict()
        self._next_at = 0.0
        """When the next message may be sent."""

    async def send(self, message: M) -> Sequence[Undeliverable]:
        if message.id in self._sent:
            return self._sent[message.id]
        await self._turn()
        lost = await self._breaker(lambda: self._try(message))
        self._sent[message.id] = lost
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return lost

    async def _turn(self) -> None:
        """Wait until a message may be sent. Raises Unavailable if that is too long."""
        now = self._stopwatch.elapsed()
        at = max(now, self._next_at)
        if at - now > _LONGEST_TURN:
            raise Unavailable(what=self._what, retry_after=at - now)
        self._next_at = at + self._apart
        if at > now:
            await self._stopwatch.sleep(at - now)

    async def _try(self, message: M) -> Sequence[Undeliverable]:
        try:
            async with asyncio.timeout(self._limit):
                return await self._send(message)
        except TimeoutError as error:
            raise Unavailable(what=self._what) from error
        except Unavailable as error:
            asked = self._stopwatch.elapsed() + error.retry_after
            if error.retry_after > 1:
                self._next_at = max(self._next_at, asked)
            raise


class GuardedMailer(_Guarded[Mail], Mailer):
    """Guards what sends mail."""


class GuardedTextMessenger(_Guarded[TextMessage], TextMessenger):
    """Guards what sends text messages."""


class GuardedPushMessenger(_Guarded[PushMessage], PushMessenger):
    """Guards what sends push messages."""
