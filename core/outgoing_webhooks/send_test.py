"""Send a test to a webhook endpoint."""

from dataclasses import dataclass, field

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import EndpointDisabled
from ...ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import OutgoingWebhook
from ...ports.language.webhook_events import WebhookTestContent
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .bodies import body_of
from .own_endpoints import OwnEndpoints
from .waiting_room import room_for
from .webhook_rules import WebhookRules


@dataclass(frozen=True, slots=True)
class SendTest:
    """A user has a test sent to an endpoint, to see that it is reached and checks signatures."""

    transaction: Transaction
    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    own: OwnEndpoints
    clock: Clock
    ids: Ids
    rules: WebhookRules = field(repr=False)

    async def __call__(self, actor: Actor, endpoint_id: WebhookEndpointId) -> OutgoingWebhook:
        """Return the test, which is due at once.

        Raises EndpointDisabled, NotFound, TooManyWaiting.
        """
        now = self.clock.now()
        async with self.transaction():
            endpoint = await self.own.get(actor, endpoint_id)
            if endpoint.disabled is not None:
                raise EndpointDisabled(id=endpoint_id)
            await room_for(self.webhooks, endpoint_id)
            test = OutgoingWebhook(
                id=OutgoingWebhookId(self.ids.new()),
                endpoint_id=endpoint_id,
                kind=WebhookTestContent.KIND,
                body=body_of(WebhookTestContent(endpoint_id=endpoint_id), now),
                created_at=now,
                expires_at=now + self.rules.tried_for,
                due_at=now,
            )
            await self.webhooks.add([test])
            await self.endpoints.wake([endpoint_id], now)
        return test
