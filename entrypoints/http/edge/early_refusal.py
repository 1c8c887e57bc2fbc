"""Refuse new bids and asks early while the exchange is overloaded."""

import asyncio
from collections import deque

from litestar.config.cors import CORSConfig
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ....core.bidding.admission import Admission
from ....ports.language.errors import Unavailable
from .cors import readable
from .problems import problem_response

_PATHS = {"/v1/bids", "/v1/asks"}
_KEY = b"idempotency-key"
"""A request with this header may repeat one that was accepted, and is refused by the use case."""
_PAUSE = 0.01
"""Seconds between two groups of refusals."""
_AT_ONCE = 32
_LONG_AT_ONCE = 8
"""How many of the requests that go on are in a group. They take several times as long."""
_MOST, _MOST_LONG = 2_048, 64
"""How many wait for their turns at most. More would wait for seconds."""


_UNDER_WAY = 256
"""How many new offers are under way in a process at most. It answers some hundred a second, so the
last of them waits for about half a second (docs/slos.md)."""


class EarlyRefusal:
    """Refuses new offers with 503 while the exchange is overloaded, before anything else is done.

    It also refuses those that come while too many are under way: orders that wait to be charged
    tell of an overload only some seconds after it began.

    Clients that repeat their requests at once would take the time that charging needs. So each
    refusal costs little, and all of them together have a limited share of the time. Of requests
    that may repeat accepted ones, as many are looked at as have a short time to wait. The others
    are refused too: their clients ask again with the same key, and get the first answer then.
    """

    def __init__(self, app: ASGIApp, admission: Admission, *, cors: CORSConfig | None) -> None:
        self._app = app
        self._admission = admission
        self._cors = cors
        self._under_way = 0
        self._refusal = problem_response(admission.refusal()).encoded()
        self._turns = Turns(pause=_PAUSE, at_once=_AT_ONCE, most=_MOST)
        self._long_turns = Turns(pause=_PAUSE, at_once=_LONG_AT_ONCE, most=_MOST_LONG)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on."""
        if not _is_new_offer(scope):
            await self._app(scope, receive, send)
        elif await self._goes_on(scope) and self._under_way < _UNDER_WAY:
            self._under_way += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._under_way -= 1
        else:
            await self._turns.wait()
            await self._refuse(scope, receive, send)

    async def _goes_on(self, scope: Scope) -> bool:
        """Return whether an offer may be looked at."""
        if not await self._is_overloaded():
            return True
        return _has_key(scope) and await self._long_turns.wait()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *readable(self._cors, scope)]
            await send(message)

        await self._refusal(scope, receive, send_readable)

    async def _is_overloaded(self) -> bool:
        try:
            return await self._admission.is_overloaded()
        except Unavailable:
            return False  # the use case asks again and reports it


class Turns:
    """Gives callers their turns, first in, first out: some of them together, and then a pause."""

    def __init__(self, *, pause: float, at_once: int, most: int) -> None:
        """Create it; up to `at_once` callers have a turn every `pause` seconds, and `most` wait."""
        self._pause = pause
        self._at_once = at_once
        self._most = most
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> bool:
        """Wait for a turn, and return whether there was a place to wait for it."""
        loop = asyncio.get_running_loop()
        if len(self._waiting) >= self._most:
            return False
        if not self._waiting:
            loop.call_later(self._pause, self._give)
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn
        return True

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


def _has_key(scope: Scope) -> bool:
    return any(name == _KEY for name, _ in scope["headers"])
