"""Stripe's signatures of webhooks: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`.

The embedded provider signs in the same way.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from ...ports.language.errors import InvalidSignature

TOLERANCE = timedelta(minutes=5)
"""The maximum difference between the signature's time and now."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def sign(body: bytes, secret: str, at: datetime) -> str:
    """Return the signature of a body that is sent at `at`."""
    timestamp = str(int(at.timestamp()))
    return f"t={timestamp},v1={_digest(body, secret, timestamp)}"


def check_signature(body: bytes, signature: str, secrets: Sequence[str], now: datetime) -> None:
    """Raise InvalidSignature unless a `v1` of the signature is of a secret, and its time is recent.

    There may be several `v1`, and several secrets, while a secret is being replaced. Other schemes
    are ignored.
    """
    parts = [part.strip().partition("=") for part in signature.split(",")]
    timestamps = [value for name, _, value in parts if name == "t"]
    digests = [value for name, _, value in parts if name == "v1"]
    if len(timestamps) != 1 or not _TIMESTAMP.fullmatch(timestamps[0]) or not digests:
        raise InvalidSignature(problem="malformed")
    expected = [_digest(body, secret, timestamps[0]).encode() for secret in secrets]
    # Bytes, because compare_digest accepts only bytes and ASCII strings.
    given = [digest.encode(errors="replace") for digest in digests]
    if not any(hmac.compare_digest(mine, digest) for mine in expected for digest in given):
        raise InvalidSignature(problem="wrong")
    if abs(now.timestamp() - int(timestamps[0])) > TOLERANCE.total_seconds():
        raise InvalidSignature(problem="too old, or from the future")


def _digest(body: bytes, secret: str, timestamp: str) -> str:
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()
