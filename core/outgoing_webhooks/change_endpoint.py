"""Change a webhook endpoint."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from ...ports.language.ids import WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import DisabledBecause, WebhookEndpoint
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .chosen_kinds import check_kinds
from .own_endpoints import OwnEndpoints

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
