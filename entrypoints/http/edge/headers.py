"""Reading request headers, and the security headers of responses."""

from litestar.types import Message, Scope

from .problems import AnyRequest

_DEFAULTS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first request header with a name, which is given in lower case.

    The framework would decode all headers to find one.
    """
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def program_of(request: AnyRequest) -> str:
    """Return what the program that makes a request calls itself, or nothing."""
    return request.headers.get("user-agent", "")


async def add_security_headers(message: Message, _: Scope) -> None:
    """Add the headers that the route did not set. By default a response must not be cached."""
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        names = {name for name, _ in headers}
        headers += [default for default in _DEFAULTS if default[0] not in names]
        message["headers"] = headers
