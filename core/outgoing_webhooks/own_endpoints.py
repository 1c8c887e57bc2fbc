"""Endpoints as their owners reach them."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import WebhookEndpoint
from ...ports.webhook_endpoints import WebhookEndpoints


@dataclass(frozen=True, slots=True)
class OwnEndpoints:
    """Finds endpoints of the actor."""

    endpoints: WebhookEndpoints

    async def get(self, actor: Actor, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Return an endpoint of the actor's. Raises NotFound, also for another user's."""
        endpoint = await self.endpoints.find(endpoint_id)
        if endpoint is None or endpoint.owner_id != actor.user_id:
            raise NotFound(what="webhook endpoint", id=endpoint_id)
        return endpoint
