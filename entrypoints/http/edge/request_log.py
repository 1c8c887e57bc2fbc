"""A trace and a line of the log for every request."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from ipaddress import ip_address, ip_network
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ....composition.new_traces import new_trace
from ....config.log import Addresses
from ....ports.language.spans import SpanKind
from ....ports.language.traces import Trace, within
from ....ports.language.tracing import begin, is_recorded, span
from ....ports.language.users import Actor
from ....ports.tracer import Span
from ...logs import REQUESTS
from ..behind import Behind
from .costs import HEALTH, KEPT
from .headers import header
from .request_lines import RequestLines

log = logging.getLogger(REQUESTS)

_ANSWERED_EARLY = {*KEPT, "/v1/bids", "/v1/asks"}
"""Paths that may be answered before their route is found."""
_NO_ROUTE = "(none)"
_FAILURE = 500
_GOOD = ((100, 400), (1_000, 4_000))
"""What a status of HTTP and a code of WebSocket may be if nothing was refused."""
_NOT_CLOSED = 1_005
"""The code of a connection to the stream that the server has not closed."""
_KEPT_BITS = {4: 24, 6: 48}


class RequestLog:
    """Puts each request and each connection to the stream into a trace, and logs it at its end.

    The line has no path and no query, which may hold what a client typed or a secret of a letter,
    but the route. Health checks are logged if they fail.
    """

    def __init__(self, app: ASGIApp, *, behind: Callable[[], Behind]) -> None:
        self._app = app
        self._behind = behind
        self._lines = RequestLines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log its answer."""
        given = self._given(scope)
        trace = given or new_trace()
        answer = _Answer(scope, send, trace)
        with within(trace), _recorded(trace, is_new=given is None) as seen:
            try:
                await self._app(scope, receive, answer.send)
            finally:
                if is_recorded():
                    answer.tell(seen, _route(scope))
                if log.isEnabledFor(logging.INFO):
                    self._log(scope, answer)

    def _given(self, scope: Scope) -> Trace | None:
        """Return the trace of a trusted proxy, if it sent one.

        Whoever else could name a trace could put a request into one of others.
        """
        given = header(scope, b"traceparent")
        if given is not None and self._behind().is_of_proxy(scope):
            return Trace.parsed(given)
        return None

    def _log(self, scope: Scope, answer: "_Answer") -> None:
        if scope["path"].startswith(HEALTH) and answer.status < _FAILURE:
            return
        source = self._behind().limits.owner_of(scope)
        has_failed = answer.has_failed
        if not self._lines.may_log(source, has_failed=has_failed):
            return
        route = _route(scope)
        took = (perf_counter() - answer.begun) * 1_000
        facts: dict[str, object] = {
            "method": answer.method,
            "route": route,
            "status": answer.status,
            "duration_ms": round(took, 1),
            "bytes": answer.size,
        }
        if (client := _client(source, self._behind().log_addresses)) is not None:
            facts["client"] = client
        if left_out := self._lines.take_left_out():
            facts["requests_left_out"] = left_out
        actor = scope.get("user")
        if isinstance(actor, Actor):
            facts["user_id"] = str(actor.user_id)
        log.info("%s %s %s in %.1f ms", answer.method, route, answer.status, took, extra=facts)


class _Answer:
    """What is known of an answer. It adds the id of the trace to its headers."""

    def __init__(self, scope: Scope, send: Send, trace: Trace) -> None:
        self._send = send
        self._header = (b"request-id", trace.trace_id.encode())
        self.method = _method(scope)
        self.begun = perf_counter()
        self.status = 0 if scope["type"] == ScopeType.HTTP else _NOT_CLOSED
        """Of HTTP, or 0 if nothing was answered. Of the stream the code that closed it."""
        self.size = 0

    @property
    def has_failed(self) -> bool:
        """Whether the client was refused."""
        return not any(low <= self.status < high for low, high in _GOOD)

    def tell(self, seen: Span, route: str) -> None:
        """Tell the span of a request its outcome."""
        seen.rename(f"{self.method} {route}")
        seen.tell(method=self.method, route=route, status=self.status)
        if _FAILURE <= self.status < _GOOD[1][0]:
            seen.fail(str(self.status))

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], self._header]
        elif message["type"] == "http.response.body":
            self.size += len(message["body"])
        elif message["type"] == "websocket.send":
            self.size += len(message["text"] or message["bytes"] or "")
        elif message["type"] == "websocket.close":
            self.status = message["code"]
        await self._send(message)


def _method(scope: Scope) -> str:
    if scope["type"] != ScopeType.HTTP:
        return "WEBSOCKET"
    asked: HTTPScope = scope
    return asked["method"]


def _recorded(trace: Trace, *, is_new: bool) -> AbstractContextManager[Span]:
    """Return the span of a request, whose route is not known yet."""
    return begin("request", trace, SpanKind.SERVER) if is_new else span("request", SpanKind.SERVER)


def _route(scope: Scope) -> str:
    template: str = scope.get("path_template") or ""
    return template or (scope["path"] if scope["path"] in _ANSWERED_EARLY else _NO_ROUTE)


def _client(address: str, shown: Addresses) -> str | None:
    """Return as much of a client's address as is logged."""
    if shown == "full":
        return address
    if shown == "none":
        return None
    try:
        parsed = ip_address(address.partition("/")[0])
    except ValueError:
        return None
    return str(ip_network((parsed, _KEPT_BITS[parsed.version]), strict=False))
