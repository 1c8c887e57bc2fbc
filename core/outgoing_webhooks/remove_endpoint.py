"""Remove a webhook endpoint."""

from dataclasses import dataclass

from ...ports.language.ids import WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import WebhookEndpoints
from .own_endpoints import OwnEndpoints


@dataclass(frozen=True, slots=True)
class RemoveEndpoint:
    """A user removes an endpoint, with its log. What is under way may still arrive."""

    transaction: Transaction
    endpoints: WebhookEndpoints
    own: OwnEndpoints

    async def __call__(self, actor: Actor, endpoint_id: WebhookEndpointId) -> None:
        """Remove it. Raises NotFound."""
        async with self.transaction():
            await self.own.get(actor, endpoint_id)
            await self.endpoints.remove(endpoint_id)
