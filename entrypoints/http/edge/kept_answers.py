"""Answers that never change while the process lives."""

from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ..behind import Behind
from .costs import KEPT
from .headers import header

_OF_BODY = (b"content-type", b"content-length")
_Head = list[tuple[bytes, bytes]]


class KeptAnswers:
    """Keeps the first answer to GET of some paths, with an ETag.

    It answers 304 to whoever has it already (RFC 9110, section 13.1.2). A request of a page of
    another origin, of a host that is not allowed, or with a query is answered by the route.
    """

    def __init__(self, app: ASGIApp, *, behind: Callable[[], Behind]) -> None:
        self._app = app
        self._behind = behind
        self._kept: dict[str, tuple[bytes, _Head, bytes]] = {}
        """The ETag, the headers and the body of each path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on."""
        if not self._may_be_kept(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self._kept:
            await self._app(scope, receive, self._keeping(path, send))
            return
        tag, headers, body = self._kept[path]
        if _has(scope, tag):
            short = [pair for pair in headers if pair[0] not in _OF_BODY]
            await _send(send, HTTPStatus.NOT_MODIFIED, short, b"")
        else:
            await _send(send, HTTPStatus.OK, headers, body)

    def _may_be_kept(self, scope: Scope) -> bool:
        if scope["type"] != ScopeType.HTTP or scope["path"] not in KEPT:
            return False
        try:
            self._behind().hosts.check(scope)
        except ClientException:
            return False
        is_plain = not scope["query_string"] and header(scope, b"origin") is None
        return scope["method"] == "GET" and is_plain

    def _keeping(self, path: str, send: Send) -> Send:
        """Return what sends an answer in one piece, and keeps it if it is a success."""
        starts: list[Any] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
                return
            assert message["type"] == "http.response.body"
            [start], body = starts, bytes(message["body"])
            if start["status"] != HTTPStatus.OK:
                await _send(send, start["status"], start["headers"], body)
                return
            tag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
            headers = [pair for pair in start["headers"] if pair[0] != b"cache-control"]
            headers += [(b"etag", tag), (b"cache-control", b"no-cache")]  # to ask whether it is new
            self._kept[path] = tag, headers, body
            await _send(send, HTTPStatus.OK, headers, body)

        return keep


def _has(scope: Scope, tag: bytes) -> bool:
    """Whether the client has the answer already."""
    named = (header(scope, b"if-none-match") or "").encode("latin-1")
    tags = {part.strip().removeprefix(b"W/") for part in named.split(b",")}
    return tag in tags or b"*" in tags


async def _send(send: Send, status: int, headers: _Head, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
