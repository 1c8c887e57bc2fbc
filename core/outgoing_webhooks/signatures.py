"""Secrets and signatures, by the scheme of Standard Webhooks."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

from ...ports.language.ids import WebhookEndpointId
from ...ports.language.webhook_endpoints import OutgoingWebhook, WebhookEndpoint
from .webhook_rules import BOTH_VALID

_PREFIX = "whsec_"


def secret_of(key: bytes, endpoint_id: WebhookEndpointId, version: int) -> str:
    """Return the secret of an endpoint in a version. It is derived, so no store has it."""
    return _PREFIX + b64encode(_secret(key, endpoint_id, version)).decode()


def headers_of(
    key: bytes,
    endpoint: WebhookEndpoint,
    webhook: OutgoingWebhook,
    *,
    now: datetime,
    real_time: datetime,
) -> Mapping[str, str]:
    """Return the headers of an attempt, signed with each secret that is valid now.

    Receivers compare the `real_time` with their clocks.
    """
    name, timestamp = webhook.name, str(int(real_time.timestamp()))
    signed = b".".join((name.encode(), timestamp.encode(), webhook.body.encode()))
    signatures = [
        hmac.digest(_secret(key, endpoint.id, version), signed, hashlib.sha256)
        for version in _valid_versions(endpoint, now)
    ]
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{b64encode(each).decode()}" for each in signatures),
    }


def _valid_versions(endpoint: WebhookEndpoint, now: datetime) -> tuple[int, ...]:
    current = endpoint.secret_version
    if endpoint.rotated_at is None or now - endpoint.rotated_at >= BOTH_VALID:
        return (current,)
    return current, current - 1


def _secret(key: bytes, endpoint_id: WebhookEndpointId, version: int) -> bytes:
    return hmac.digest(key, b"%s:%d" % (str(endpoint_id).encode(), version), hashlib.sha256)
