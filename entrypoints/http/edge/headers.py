"""Reading request headers, and the security headers of responses."""

from http import HTTPStatus

from litestar.types import Message, Scope

from .problems import PROBLEM_JSON, AnyRequest

_OF_PROBLEMS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
_DEFAULTS: tuple[tuple[bytes, bytes], ...] = (
    *_OF_PROBLEMS,
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),  # what CORS allows is allowed nevertheless
)
_OF_PAGES: tuple[tuple[bytes, bytes], ...] = (
    *_DEFAULTS,
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_PROBLEM = PROBLEM_JSON.encode()
_BARE = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""Refusals that cost their client nothing, so they are as small as they can be. No cache keeps
them.
"""


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
    """Add the headers that the route did not set. By default a response must not be cached.

    A problem is no page that a browser shows, so it has only what concerns every answer.
    """
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        has = dict(headers)
        defaults = _defaults_of(message["status"], has.get(b"content-type", b""))
        headers += [default for default in defaults if default[0] not in has]
        message["headers"] = headers


def _defaults_of(status: int, kind: bytes) -> tuple[tuple[bytes, bytes], ...]:
    if kind == _PROBLEM:
        return () if status in _BARE else _OF_PROBLEMS
    return _OF_PAGES if kind.startswith(b"text/html") else _DEFAULTS
