"""Endpoints as their owners reach them."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
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

    async def get_seen(self, actor: Actor, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Return an endpoint of the actor's who may see what it was sent.

        Raises NotFound, and Forbidden to who is no admin any more if it got the events of all.
        """
        endpoint = await self.get(actor, endpoint_id)
        if endpoint.everything:
            check_role(actor, Role.ADMIN, "see the events of all users")
        return endpoint
