"""Change, rotate and remove a webhook endpoint."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ...ports.clock import Clock
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import DisabledBecause, WebhookEndpoint
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .chosen_kinds import check_kinds
from .own_endpoints import OwnEndpoints
from .signatures import secret_of
from .webhook_rules import WebhookRules

WHY_NOT_TRIED = "the endpoint was disabled"


@dataclass(frozen=True, slots=True)
class ChangeEndpoint:
    """A user chooses other kinds of events for an endpoint, or disables or enables it.

    What waits for a disabled endpoint fails, and can be replayed once it is enabled. The URL stays,
    since what was sent to another one belongs to another endpoint.
    """

    transaction: Transaction
    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    own: OwnEndpoints

    async def __call__(
        self,
        actor: Actor,
        endpoint_id: WebhookEndpointId,
        *,
        kinds: Collection[str],
        enabled: bool,
    ) -> WebhookEndpoint:
        """Return the changed endpoint. Raises InvalidText, NotFound."""
        async with self.transaction():
            endpoint = await self.own.get(actor, endpoint_id)
            endpoint = replace(endpoint, kinds=check_kinds(kinds, everything=endpoint.everything))
            if enabled and endpoint.disabled is not None:
                endpoint = replace(endpoint, disabled=None)
            elif not enabled and endpoint.disabled is None:
                endpoint = resting(endpoint, DisabledBecause.OWNER)
                await self.webhooks.fail_waiting(endpoint_id, WHY_NOT_TRIED)
            await self.endpoints.save(endpoint)
        return endpoint


def resting(endpoint: WebhookEndpoint, because: DisabledBecause) -> WebhookEndpoint:
    """Return an endpoint disabled, with nothing due."""
    return replace(
        endpoint,
        disabled=because,
        failures=0,
        failing_since=None,
        due_at=None,
        rests_until=None,
        claimed_until=None,
    )


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
