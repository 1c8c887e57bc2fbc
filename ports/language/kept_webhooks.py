"""Webhooks as they were received, with their bodies."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .ids import KeptWebhookId
from .payments import WebhookKind


class WebhookState(StrEnum):
    """What became of a webhook."""

    UNKNOWN = "unknown"
    """solebook does not know its kind, or has no use for it. It is kept, and nothing else."""
    WAITING = "waiting"
    """It is not applied yet."""
    FAILED = "failed"
    """Applying it has failed. It is tried again, or has become a dead letter."""
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class KeptWebhook:
    """A webhook as it was received. Its body may hold personal data, so it is kept for a time."""

    id: KeptWebhookId
    webhook_id: str
    """The provider's id of the event."""
    type: str
    """The provider's own name of its kind, such as `payment_intent.succeeded`."""
    kind: WebhookKind
    received_at: datetime
    applied_at: datetime | None = None
    body: bytes | None = field(default=None, repr=False)
    """The body as it came, until it is forgotten. Pages leave it out."""
    has_failed: bool = False
    """Whether an attempt to apply it has failed and waits to be repeated."""

    @property
    def state(self) -> WebhookState:
        """What became of it."""
        if self.has_failed:
            return WebhookState.FAILED
        if self.kind is WebhookKind.OTHER:
            return WebhookState.UNKNOWN
        return WebhookState.WAITING if self.applied_at is None else WebhookState.APPLIED


@dataclass(frozen=True, slots=True)
class WebhookCount:
    """How many webhooks of a type were kept, and how many of them are not applied."""

    type: str
    kind: WebhookKind
    total: int
    not_applied: int
    newest: datetime
