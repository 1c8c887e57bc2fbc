"""Send webhooks again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.errors import EndpointDisabled, NotFound
from ...ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ...ports.language.users import Actor
from ...ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook, WebhookEndpoint
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .own_endpoints import OwnEndpoints
from .waiting_room import room_for
from .webhook_rules import MAX_REPLAYED, WebhookRules


@dataclass(frozen=True, slots=True)
class ReplayWebhooks:
    """A user has webhooks of the log sent again, under the same ids and with the same bodies.

    A receiver that knows an id may so ignore it. One request replays a limited number; what is
    left is replayed by the next one, as the first are waiting then.
    """

    transaction: Transaction
    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    own: OwnEndpoints
    clock: Clock
    rules: WebhookRules = field(repr=False)

    async def one(
        self, actor: Actor, endpoint_id: WebhookEndpointId, webhook_id: OutgoingWebhookId
    ) -> OutgoingWebhook:
        """Return the webhook, due at once.

        Raises EndpointDisabled, Forbidden, NotFound, TooManyWaiting.
        """
        async with self.transaction():
            await self._enabled(actor, endpoint_id)
            await room_for(self.webhooks, endpoint_id)
            webhook = await self.webhooks.find(webhook_id)
            if webhook is None or webhook.endpoint_id != endpoint_id:
                raise NotFound(what="webhook", id=webhook_id)
            [replayed] = await self._replay(endpoint_id, [webhook])
        return replayed

    async def since(
        self,
        actor: Actor,
        endpoint_id: WebhookEndpointId,
        since: datetime,
        state: OutgoingState = OutgoingState.FAILED,
    ) -> int:
        """Replay webhooks in a state since an instant, oldest first. Return how many.

        Raises EndpointDisabled, Forbidden, NotFound, TooManyWaiting.
        """
        async with self.transaction():
            await self._enabled(actor, endpoint_id)
            room = await room_for(self.webhooks, endpoint_id)
            found = await self.webhooks.since(endpoint_id, since, state, min(MAX_REPLAYED, room))
            return len(await self._replay(endpoint_id, found))

    async def _enabled(self, actor: Actor, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
        endpoint = await self.own.get_seen(actor, endpoint_id)
        if endpoint.disabled is not None:
            raise EndpointDisabled(id=endpoint_id)
        return endpoint

    async def _replay(
        self, endpoint_id: WebhookEndpointId, webhooks: Sequence[OutgoingWebhook]
    ) -> Sequence[OutgoingWebhook]:
        now = self.clock.now()
        replayed = [
            replace(
                webhook,
                state=OutgoingState.WAITING,
                attempts=0,
                due_at=now,
                expires_at=now + self.rules.tried_for,
            )
            for webhook in webhooks
        ]
        for webhook in replayed:
            await self.webhooks.save(webhook)
        await self.endpoints.wake([endpoint_id], now)
        return replayed
