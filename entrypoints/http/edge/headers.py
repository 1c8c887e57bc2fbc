"""Headers: how those of a request are read, and which keep browsers and caches from harm."""

from litestar.types import Message, Scope

_DEFAULTS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of a request that has a name, which is given in lower case.

    The framework decodes all headers of a request to find one.
    """
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


async def add_security_headers(message: Message, _: Scope) -> None:
    """Add the headers that the route did not set itself; what it did not call public is private."""
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        names = {name for name, _ in headers}
        headers += [default for default in _DEFAULTS if default[0] not in names]
        message["headers"] = headers
