"""Calls from pages of other origins."""

from collections.abc import Sequence

from litestar.config.cors import CORSConfig
from litestar.types import Scope

from .headers import header
from .idempotency import REPLAYED

_READABLE = (
    "Allow",
    "ETag",
    "Location",
    REPLAYED,
    "Request-Id",
    "Retry-After",
    "WWW-Authenticate",
)
"""Response headers that a page may read beside those that it always may."""


def cors_config(origins: Sequence[str]) -> CORSConfig | None:
    """Return what pages of `origins` may do, or None if there are none."""
    if not origins:
        return None
    return CORSConfig(allow_origins=list(origins), expose_headers=list(_READABLE))


def readable(config: CORSConfig | None, scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers with which a page may read an answer that the framework has not seen."""
    origin = header(scope, b"origin")
    if config is None or origin is None or not config.is_origin_allowed(origin):
        return []
    shown = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} | config.simple_headers
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in shown.items()]
