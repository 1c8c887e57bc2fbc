"""Calls from pages of other origins."""

from collections.abc import Sequence

from litestar.config.cors import CORSConfig

from .idempotency import REPLAYED

_READABLE = ("Allow", "ETag", "Location", REPLAYED, "Retry-After", "WWW-Authenticate")
"""Response headers that a page may read beside those that it always may."""


def cors_config(origins: Sequence[str]) -> CORSConfig | None:
    """Return what pages of `origins` may do, or None if there are none."""
    if not origins:
        return None
    return CORSConfig(allow_origins=list(origins), expose_headers=list(_READABLE))
