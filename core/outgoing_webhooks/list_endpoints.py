"""List webhook endpoints, and look at one and its log."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook, WebhookEndpoint
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .own_endpoints import OwnEndpoints


@dataclass(frozen=True, slots=True)
class ListEndpoints:
    """A user lists their endpoints, and an admin those of all users."""

    endpoints: WebhookEndpoints
    own: OwnEndpoints

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[WebhookEndpoint]:
        """Return a page of the actor's endpoints, newest first."""
        return await self.endpoints.page(request, owner_id=actor.user_id)

    async def one(self, actor: Actor, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Return an endpoint of the actor's. Raises NotFound."""
        return await self.own.get(actor, endpoint_id)

    async def of_all_users(self, actor: Actor, request: PageRequest) -> Page[WebhookEndpoint]:
        """Return a page of all endpoints, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list the endpoints of all users")
        return await self.endpoints.page(request)


@dataclass(frozen=True, slots=True)
class ViewLog:
    """A user looks at what an endpoint was sent, and what came of it."""

    webhooks: OutgoingWebhooks
    own: OwnEndpoints

    async def __call__(
        self,
        actor: Actor,
        endpoint_id: WebhookEndpointId,
        request: PageRequest,
        *,
        state: OutgoingState | None = None,
    ) -> Page[OutgoingWebhook]:
        """Return a page of webhooks, newest first. Raises NotFound."""
        await self.own.get(actor, endpoint_id)
        return await self.webhooks.page(endpoint_id, request, state=state)

    async def one(
        self, actor: Actor, endpoint_id: WebhookEndpointId, webhook_id: OutgoingWebhookId
    ) -> OutgoingWebhook:
        """Return a webhook with its body. Raises NotFound."""
        await self.own.get(actor, endpoint_id)
        webhook = await self.webhooks.find(webhook_id)
        if webhook is None or webhook.endpoint_id != endpoint_id:
            raise NotFound(what="webhook", id=webhook_id)
        return webhook
