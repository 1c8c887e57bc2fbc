"""List webhook endpoints."""

from dataclasses import dataclass

from ...ports.language.ids import WebhookEndpointId
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.language.webhook_endpoints import WebhookEndpoint
from ...ports.webhook_endpoints import WebhookEndpoints
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
