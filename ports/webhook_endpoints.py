"""The ports to webhook endpoints and to the webhooks that go out to them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from .language.ids import OutgoingWebhookId, UserId, WebhookEndpointId
from .language.paging import Page, PageRequest
from .language.webhook_endpoints import OutgoingState, OutgoingWebhook, WebhookEndpoint


class WebhookEndpoints(Protocol):
    """Webhook endpoints. Writes need a transaction."""

    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Store a new endpoint."""
        ...

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Return the endpoint, locked until the end of a transaction. Raises NotFound."""
        ...

    async def find(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        """Return the endpoint, locked until the end of a transaction, or None."""
        ...

    async def save(self, endpoint: WebhookEndpoint) -> None:
        """Replace a stored endpoint."""
        ...

    async def remove(self, endpoint_id: WebhookEndpointId) -> None:
        """Remove an endpoint with all its webhooks."""
        ...

    async def lock(self, user_id: UserId) -> int:
        """Return the number of the user's endpoints, and lock it until the transaction ends."""
        ...

    async def page(
        self, request: PageRequest, *, owner_id: UserId | None = None
    ) -> Page[WebhookEndpoint]:
        """Return a page of all endpoints, or of one user's, newest first."""
        ...

    async def is_wanted(self, kind: str) -> bool:
        """Return whether any enabled endpoint has this kind of events."""
        ...

    async def concerned_by(
        self, kind: str, users: Collection[UserId] | None
    ) -> Sequence[WebhookEndpoint]:
        """Return the enabled endpoints that get an event of a kind, in the sequence of their ids.

        They are those of `users`, or of anybody with None, and those that get everything.
        """
        ...

    async def wake(self, endpoint_ids: Collection[WebhookEndpointId], at: datetime) -> None:
        """Make endpoints due at an instant, unless they are due earlier. It locks them."""
        ...

    async def claim(
        self, now: datetime, until: datetime, limit: int
    ) -> Sequence[WebhookEndpointId]:
        """Claim endpoints that are due and not claimed, longest overdue first.

        Those whose last attempt failed come after the others.
        """
        ...


class OutgoingWebhooks(Protocol):
    """Webhooks to endpoints: those that wait, and the log of the others. Writes need a transaction.

    They exist only as long as their endpoint.
    """

    async def add(self, webhooks: Sequence[OutgoingWebhook]) -> None:
        """Store webhooks, unless their id is stored, or their kind for what they are once for."""
        ...

    async def find(self, webhook_id: OutgoingWebhookId) -> OutgoingWebhook | None:
        """Return the webhook, locked until the end of a transaction, or None."""
        ...

    async def save(self, webhook: OutgoingWebhook) -> None:
        """Replace a stored webhook."""
        ...

    async def next(self, endpoint_id: WebhookEndpointId) -> OutgoingWebhook | None:
        """Return the endpoint's waiting webhook that is due first, or None."""
        ...

    async def waiting(self, endpoint_id: WebhookEndpointId, limit: int) -> int:
        """Return how many webhooks wait for an endpoint, `limit` at most."""
        ...

    async def fail_waiting(self, endpoint_id: WebhookEndpointId, error: str) -> None:
        """Make all of an endpoint's webhooks that wait fail."""
        ...

    async def page(
        self,
        endpoint_id: WebhookEndpointId,
        request: PageRequest,
        *,
        state: OutgoingState | None = None,
    ) -> Page[OutgoingWebhook]:
        """Return a page of an endpoint's webhooks, newest first."""
        ...

    async def since(
        self,
        endpoint_id: WebhookEndpointId,
        since: datetime,
        state: OutgoingState,
        limit: int,
    ) -> Sequence[OutgoingWebhook]:
        """Return webhooks in a state that were created at an instant or later, oldest first."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of what was created before an instant and does not wait.

        Return how many.
        """
        ...
