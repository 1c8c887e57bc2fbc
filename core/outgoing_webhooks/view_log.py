"""View what an endpoint was sent."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook
from ...ports.webhook_endpoints import OutgoingWebhooks
from .own_endpoints import OwnEndpoints


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
        """Return a page of webhooks, newest first. Raises Forbidden, NotFound."""
        await self.own.get_seen(actor, endpoint_id)
        return await self.webhooks.page(endpoint_id, request, state=state)

    async def one(
        self, actor: Actor, endpoint_id: WebhookEndpointId, webhook_id: OutgoingWebhookId
    ) -> OutgoingWebhook:
        """Return a webhook with its body. Raises Forbidden, NotFound."""
        await self.own.get_seen(actor, endpoint_id)
        webhook = await self.webhooks.find(webhook_id)
        if webhook is None or webhook.endpoint_id != endpoint_id:
            raise NotFound(what="webhook", id=webhook_id)
        return webhook
