"""Count requests, and time them."""

from collections.abc import Callable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ..behind import Behind

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "other"
"""The method, and the route, of requests that no client may multiply by inventing names."""
_BEFORE_ROUTES = frozenset({"/v1/bids", "/v1/asks"})
"""Paths without parameters whose requests may be refused before their route is found."""
_CLIENT_LEFT = 499
"""The status of a request whose client did not wait for its answer."""


class Measured:
    """Tells the measurements each request by its method, its route and its status.

    The route is the template of its path, so that there are few of them. It surrounds everything
    else, so that refusals at the entrance count too.
    """

    def __init__(self, app: ASGIApp, *, behind: Callable[[], Behind]) -> None:
        self._app = app
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        status = _CLIENT_LEFT

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = perf_counter()
        method = scope["method"]
        try:
            await self._app(scope, receive, note_status)
        except Exception:
            status = 500 if status == _CLIENT_LEFT else status
            raise
        finally:
            measurements = self._behind().application.adapters.measurements
            measurements.request(
                method if method in _METHODS else _OTHER,
                _route_of(scope),
                status,
                perf_counter() - began,
            )


def _route_of(scope: Scope) -> str:
    template = scope.get("path_template")
    if template:
        return template
    return scope["path"] if scope["path"] in _BEFORE_ROUTES else _OTHER
