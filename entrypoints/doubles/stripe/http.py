"""Small pieces of HTTP over ASGI."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from .errors import ApiError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BYTES = 262_144
"""The maximum size of the body of a request."""
DROP = "solebook.drop"
"""The extension of ASGI with which the server drops the connection."""


class BrokenOff(Exception):
    """The connection ended, so there is nobody to answer."""


def header(scope: Scope, name: str) -> str:
    """Return a header, or an empty text."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), "")


async def body_of(receive: Receive) -> bytes:
    """Return the whole body. Raises ApiError if it is too large."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BrokenOff
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise ApiError(f"Requests can have at most {MOST_BYTES} bytes.", status=413)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


async def say_nothing(receive: Receive) -> None:
    """Wait until the client gives up. Raises BrokenOff."""
    while (await receive())["type"] != "http.disconnect":
        pass
    raise BrokenOff


async def drop(scope: Scope, receive: Receive) -> None:
    """End the connection without an answer. Raises BrokenOff."""
    extension = scope.get("extensions", {}).get(DROP)
    if extension is None:
        raise ConnectionResetError("the double drops the connection")
    extension["drop"]()
    await say_nothing(receive)


async def send_json(
    send: Send, status: int, value: Any, headers: Mapping[str, str] | None = None
) -> None:
    """Answer with JSON."""
    data = json.dumps(value, indent=2).encode()
    await send_bytes(send, status, data, "application/json", headers)


async def send_page(send: Send, text: str, status: int = 200) -> None:
    """Answer with a page of HTML."""
    await send_bytes(send, status, text.encode(), "text/html; charset=utf-8")


async def send_bytes(
    send: Send, status: int, data: bytes, kind: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answer with a body of this content type."""
    all_headers = {"content-type": kind, "content-length": str(len(data)), **(headers or {})}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": data})


async def redirect(send: Send, url: str) -> None:
    """Send the browser elsewhere."""
    location = quote(url, safe=":/?#[]@!$&'()*+,;=%~")
    await send_bytes(send, 303, b"", "text/plain", {"location": location})
