"""What a browser's subscription may be."""

import re
from urllib.parse import urlsplit

from ...ports.language.errors import InvalidText

MAX_SUBSCRIPTIONS = 10
MAX_ENDPOINT = 1_000
_ENDPOINT = re.compile(r"[!-~]+")
_P256DH = re.compile(r"B[A-Za-z0-9_-]{86}")
"""65 bytes of an uncompressed point, of which the first is 4, in base64url."""
_AUTH = re.compile(r"[A-Za-z0-9_-]{22}")
"""16 bytes in base64url."""


def check_subscription(endpoint: str, p256dh: str, auth: str) -> None:
    """Raise InvalidText unless a browser can have given these."""
    if len(endpoint) > MAX_ENDPOINT or not _is_endpoint(endpoint):
        problem = f"must be an https URL of at most {MAX_ENDPOINT} characters"
        raise InvalidText(field="endpoint", problem=problem)
    if not _P256DH.fullmatch(p256dh):
        raise InvalidText(field="p256dh", problem="must be a public key, as the browser gives it")
    if not _AUTH.fullmatch(auth):
        raise InvalidText(field="auth", problem="must be 16 bytes in base64url")


def _is_endpoint(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    is_plain = parts.scheme == "http" and parts.hostname == "127.0.0.1"  # of a double
    is_safe = parts.scheme == "https" or is_plain
    return bool(_ENDPOINT.fullmatch(endpoint) and is_safe and parts.hostname)
