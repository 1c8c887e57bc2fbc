"""JSON responses, encoded in one pass."""

from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


class JsonResponse(Response[T]):
    """The response of every route: its content, or bytes that are already encoded.

    The framework's own response selects an encoder and builds its headers one by one, which takes
    longer than the encoding.
    """

    def to_asgi_response(
        self,
        app: Any,
        request: Request[Any, Any, Any],
        *,
        media_type: str | None = None,
        status_code: int | None = None,
        **_: Any,
    ) -> ASGIResponse:
        return self.encoded(media_type, status_code)

    def encoded(
        self, media_type: str | None = None, status_code: int | None = None
    ) -> ASGIResponse:
        """Return it encoded. The arguments are for what it does not say itself."""
        content = self.content
        kind = self.media_type or media_type or "application/json"
        return _Encoded(
            status=self.status_code or status_code or HTTPStatus.OK,
            media_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            headers=self.headers,
            body=content if isinstance(content, bytes) else _encode(content),
        )


class _Encoded(ASGIResponse):
    """An encoded response."""

    __slots__ = ("_head",)

    def __init__(
        self, *, status: int, media_type: str, headers: dict[str, str], body: bytes
    ) -> None:
        self._head = [
            (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()
        ]
        self.status_code = status
        if status == HTTPStatus.NO_CONTENT:
            self.body = b""
            return
        self.body = body
        self._head += [
            (b"content-type", media_type.encode("latin-1")),
            (b"content-length", b"%d" % len(body)),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self._head}
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
