"""Webhook endpoints of users, and the outgoing webhooks that they are sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import OrderId, OutgoingWebhookId, UserId, WebhookEndpointId


class DisabledBecause(StrEnum):
    """Why an endpoint gets no webhooks."""

    OWNER = "owner"
    """Its owner disabled it."""
    FAILING = "failing"
    """It has accepted nothing for days."""
    GONE = "gone"
    """It answered 410: it wants no more."""
    BEHIND = "behind"
    """Too many webhooks waited for it."""
    ROLE = "role"
    """It gets everything, and its owner is no admin any more."""
    ADMIN = "admin"
    """An admin disabled it."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where a user has events sent."""

    id: WebhookEndpointId
    owner_id: UserId
    url: str
    kinds: tuple[str, ...]
    """The kinds of events, in sequence."""
    created_at: datetime
    everything: bool = False
    """Whether it gets the events of all users. Only an admin can have such an endpoint."""
    secret_version: int = 1
    """Each version has another secret."""
    rotated_at: datetime | None = None
    """When the secret of this version replaced the one before."""
    disabled: DisabledBecause | None = None
    failures: int = 0
    """How many attempts failed since the last success."""
    failing_since: datetime | None = None
    due_at: datetime | None = None
    """When the next of its webhooks is due. None if none waits."""
    rests_until: datetime | None = None
    """Until when nothing is tried, because an attempt failed."""
    claimed_until: datetime | None = None
    """Until when one process alone sends to it."""


class OutgoingState(StrEnum):
    """How far an outgoing webhook got."""

    WAITING = "waiting"
    """It is due, or tried again later."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It is not tried any more, unless it is replayed."""


@dataclass(frozen=True, slots=True)
class OutgoingWebhook:
    """One event for one endpoint, with its last attempt. Its id stays the same in every attempt."""

    id: OutgoingWebhookId
    endpoint_id: WebhookEndpointId
    kind: str
    body: str
    """The JSON that is sent, always the same."""
    created_at: datetime
    expires_at: datetime
    """Until when it is tried."""
    once_for: OrderId | None = None
    """The order of which the endpoint is told this kind once, although the event may come twice."""
    state: OutgoingState = OutgoingState.WAITING
    attempts: int = 0
    due_at: datetime | None = None
    """When it is tried next, while it waits."""
    attempted_at: datetime | None = None
    status: int | None = None
    """The HTTP status of the last answer."""
    error: str | None = None
    """Why the last attempt failed."""
    took: int | None = None
    """Milliseconds of the last attempt."""
    trace: str | None = None
    """Where in a trace the event was told, as a traceparent."""

    @property
    def name(self) -> str:
        """Its `webhook-id`, by which receivers notice that they know it."""
        return f"msg_{self.id.hex}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: a status, or an error without one."""

    status: int | None
    error: str | None
    took: int
    """Milliseconds."""

    @property
    def is_accepted(self) -> bool:
        """Whether the endpoint accepted the webhook."""
        return self.status is not None and 200 <= self.status < 300
