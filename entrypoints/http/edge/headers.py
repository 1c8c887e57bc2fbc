"""The headers of every answer that keep browsers and caches from harm."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


async def add_security_headers(message: Message, _: Scope) -> None:
    """Add the headers that the route did not set itself; what it did not call public is private."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders(message)
        for name, value in _DEFAULTS.items():
            if name not in headers:
                headers[name] = value
