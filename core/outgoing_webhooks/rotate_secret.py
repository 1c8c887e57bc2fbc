"""Rotate the secret of a webhook endpoint."""

from dataclasses import dataclass, field, replace

from ...ports.clock import Clock
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import WebhookEndpoint
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import WebhookEndpoints
from .own_endpoints import OwnEndpoints
from .signatures import secret_of
from .webhook_rules import WebhookRules


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """A user gets a new secret for an endpoint. The one before is valid for another day."""

    transaction: Transaction
    endpoints: WebhookEndpoints
    own: OwnEndpoints
    clock: Clock
    rules: WebhookRules = field(repr=False)

    async def __call__(self, actor: Actor, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        """Return the endpoint with its new version of the secret. Raises NotFound."""
        async with self.transaction():
            endpoint = await self.own.get(actor, endpoint_id)
            endpoint = replace(
                endpoint,
                secret_version=endpoint.secret_version + 1,
                rotated_at=self.clock.now(),
            )
            await self.endpoints.save(endpoint)
        return endpoint

    def secret(self, endpoint_id: WebhookEndpointId, version: int) -> str:
        """Return a secret, to show it to the owner who has just been given it."""
        return secret_of(self.rules.key, endpoint_id, version)
