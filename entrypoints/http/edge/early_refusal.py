"""Refuse new bids and asks early while the exchange is overloaded."""

import asyncio
from collections import deque

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from ....core.bidding.admission import Admission
from ....ports.language.errors import Unavailable
from .problems import problem_response

_PATHS = {"/v1/bids", "/v1/asks"}
_GOES_ON = {b"idempotency-key", b"origin"}
"""Requests with these headers are refused by the use case. With the first, a request may repeat one
that was accepted. With the second, it is a browser's, which needs further headers in the response.
"""
_PAUSE = 0.01
"""Seconds between two groups of refusals."""
_AT_ONCE = 32
_LONG_AT_ONCE = 8
"""How many of the requests that go on are in a group. They take several times as long."""


class EarlyRefusal:
    """Refuses new offers with 503 while the exchange is overloaded, before anything else is done.

    Clients that repeat their requests at once would take the time that charging needs. So each
    refusal costs little, and all of them together have a limited share of the time.
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission
        self._refusal = problem_response(admission.refusal()).encoded()
        self._turns = Turns(pause=_PAUSE, at_once=_AT_ONCE)
        self._long_turns = Turns(pause=_PAUSE, at_once=_LONG_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on."""
        if not _is_new_offer(scope) or not await self._is_overloaded():
            await self._app(scope, receive, send)
        elif any(name in _GOES_ON for name, _ in scope["headers"]):
            await self._long_turns.wait()
            await self._app(scope, receive, send)
        else:
            await self._turns.wait()
            await self._refusal(scope, receive, send)

    async def _is_overloaded(self) -> bool:
        try:
            return await self._admission.is_overloaded()
        except Unavailable:
            return False  # the use case asks again and reports it


class Turns:
    """Gives callers their turns, first in, first out: some of them together, and then a pause."""

    def __init__(self, *, pause: float, at_once: int) -> None:
        """Create it; up to `at_once` callers have a turn every `pause` seconds."""
        self._pause = pause
        self._at_once = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for a turn."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(self._pause, self._give)
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _give(self) -> None:
        for _ in range(min(self._at_once, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():  # the caller may have been cancelled
                turn.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_later(self._pause, self._give)


def _is_new_offer(scope: Scope) -> bool:
    """Whether a request places a quote."""
    if scope["type"] != ScopeType.HTTP or scope["path"] not in _PATHS:
        return False
    return scope["method"] == "POST"
