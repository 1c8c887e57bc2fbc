"""What every request passes before its route is looked for."""

from asyncio import get_running_loop, sleep
from collections.abc import Callable

from litestar.config.cors import CORSConfig
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ....ports.language.errors import RateLimited
from ..behind import Behind
from .cors import readable
from .costs import cost_at_entrance
from .headers import add_security_headers
from .problems import problem_response

_REFUSED = 4429
"""The code of a connection to the stream that is one too many."""


_QUICK_REFUSALS = 200
"""How many requests are refused at once in a second."""
_LATER = 0.5
"""Seconds that further ones wait for their refusal. Who does not heed refusals asks again at once,
with all connections, and the process would do nothing else."""


class Entrance:
    """Takes the tokens that every request costs at least, so that unknown paths are limited too.

    To refuse costs the process much less than a request.
    """

    _second = 0
    _refused = 0
    """How many requests were refused in this second."""

    def __init__(
        self, app: ASGIApp, *, behind: Callable[[], Behind], cors: CORSConfig | None
    ) -> None:
        self._app = app
        self._behind = behind
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request or the handshake on, or refuse it."""
        try:
            await self._behind().limits.take_for_address(scope, cost_at_entrance(scope))
        except RateLimited as refusal:
            if scope["type"] == ScopeType.HTTP:
                await self._refuse(refusal, scope, receive, send)
            else:
                # To the client this is HTTP 403 during the handshake. uvicorn would log another
                # status as an error.
                await send({"type": "websocket.close", "code": _REFUSED, "reason": str(refusal)})
        else:
            await self._app(scope, receive, send)

    async def _wait_in_a_flood(self) -> None:
        second = int(get_running_loop().time())
        if second != self._second:
            self._second, self._refused = second, 0
        self._refused += 1
        if self._refused > _QUICK_REFUSALS:
            await sleep(_LATER)

    async def _refuse(
        self, refusal: RateLimited, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await self._wait_in_a_flood()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *readable(self._cors, scope)]
                await add_security_headers(message, scope)
            await send(message)

        await problem_response(refusal).encoded()(scope, receive, send_with_headers)
