"""Send the webhooks that are due."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...ports.clock import Clock
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.traces import parsed_trace, within
from ...ports.language.users import Role
from ...ports.language.webhook_endpoints import (
    Answer,
    DisabledBecause,
    OutgoingState,
    OutgoingWebhook,
    WebhookEndpoint,
)
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from ...ports.users import Users
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from ...ports.webhook_sender import WebhookSender
from .disable_endpoint import Disabling
from .signatures import headers_of
from .webhook_rules import WebhookRules, rest_after, retry_after

_GONE = 410
_AT_A_TIME = 16
"""How many webhooks an endpoint gets before it is the others' turn, in a timeout at most."""


@dataclass(frozen=True, slots=True)
class SendWebhooks:
    """Sends what is due, one webhook at a time to each endpoint, in the sequence of the events.

    A webhook that an endpoint does not accept is tried again later and later, and the endpoint
    rests after each failure, up to some minutes. So one that hangs takes little of anybody's time.
    A turn has an end, and the next one is after those of all that are due by then. If an endpoint
    has accepted nothing for days, it is disabled. An attempt whose outcome was not stored
    because the process died is made again, under the same id.
    """

    transaction: Transaction
    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    users: Users
    sender: WebhookSender
    disabling: Disabling
    clock: Clock
    real_clock: Clock
    randomness: Randomness
    rules: WebhookRules = field(repr=False)

    async def claim(self, limit: int) -> Sequence[WebhookEndpointId]:
        """Return endpoints to which something is due, and which this process has for itself."""
        now = self.clock.now()
        async with self.transaction():
            return await self.endpoints.claim(now, now + self.rules.claim, limit)

    async def __call__(self, endpoint_id: WebhookEndpointId) -> int:
        """Send some of what is due to a claimed endpoint. Return the number of attempts."""
        if not await self._may_get_anything(endpoint_id):
            return 0
        attempts, until = 0, self.clock.elapsed() + self.rules.timeout.total_seconds()
        begun = await self._begin(endpoint_id, last=False)
        while begun is not None:
            endpoint, webhook = begun
            answer = await self._attempt(endpoint, webhook)
            attempts += 1
            async with self.transaction():
                await self._conclude(endpoint_id, webhook, answer)
                is_last = attempts >= _AT_A_TIME or self.clock.elapsed() >= until
                begun = await self._begin(endpoint_id, last=is_last)
        return attempts

    async def _attempt(self, endpoint: WebhookEndpoint, webhook: OutgoingWebhook) -> Answer:
        headers = headers_of(
            self.rules.key,
            endpoint,
            webhook,
            now=self.clock.now(),
            real_time=self.real_clock.now(),
        )
        with within(parsed_trace(webhook.trace)):
            return await self.sender.send(endpoint.url, headers, webhook.body.encode())

    async def _begin(
        self, endpoint_id: WebhookEndpointId, *, last: bool
    ) -> tuple[WebhookEndpoint, OutgoingWebhook] | None:
        """Return the next webhook of an endpoint, or None after giving the claim back."""
        async with self.transaction():
            endpoint = await self.endpoints.find(endpoint_id)
            if endpoint is None or endpoint.disabled is not None:
                return None
            webhook = await self.webhooks.next(endpoint_id)
            now = self.clock.now()
            due_at = None if webhook is None else webhook.due_at
            is_due = due_at is not None and due_at <= now
            rests = endpoint.rests_until is not None and endpoint.rests_until > now
            if webhook is None or last or rests or not is_due:
                again_at = now if is_due else due_at
                await self.endpoints.save(replace(endpoint, due_at=again_at, claimed_until=None))
                return None
            claimed = replace(endpoint, due_at=due_at, claimed_until=now + self.rules.claim)
            await self.endpoints.save(claimed)
            return claimed, webhook

    async def _may_get_anything(self, endpoint_id: WebhookEndpointId) -> bool:
        """Disable an endpoint that gets everything if its owner is no admin any more."""
        endpoint = await self.endpoints.find(endpoint_id)
        if endpoint is None or not endpoint.everything:
            return endpoint is not None
        if Role.ADMIN in (await self.users.get(endpoint.owner_id)).roles:
            return True
        async with self.transaction():
            endpoint = await self.endpoints.find(endpoint_id)
            if endpoint is not None:
                await self.disabling(endpoint, DisabledBecause.ROLE)
        return False

    async def _conclude(
        self, endpoint_id: WebhookEndpointId, attempted: OutgoingWebhook, answer: Answer
    ) -> None:
        """Store what came of an attempt."""
        endpoint = await self.endpoints.find(endpoint_id)
        webhook = await self.webhooks.find(attempted.id)
        if endpoint is None or webhook is None:
            return
        tried = replace(
            webhook,
            attempts=webhook.attempts + 1,
            attempted_at=self.clock.now(),
            status=answer.status,
            error=answer.error,
            took=answer.took,
        )
        if answer.is_accepted:
            await self.webhooks.save(replace(tried, state=OutgoingState.DELIVERED, due_at=None))
            if endpoint.failures:
                healthy = replace(endpoint, failures=0, failing_since=None, rests_until=None)
                await self.endpoints.save(healthy)
            return
        await self.webhooks.save(self._failed(tried) if webhook.due_at is not None else tried)
        if endpoint.disabled is None:
            await self._note_failure(endpoint, answer)

    def _failed(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        """Return a webhook after a failed attempt, due again or given up."""
        now = self.clock.now()
        if now >= webhook.expires_at:
            return replace(webhook, state=OutgoingState.FAILED, due_at=None)
        later = now + retry_after(webhook.attempts, self.randomness.fraction())
        return replace(webhook, due_at=min(later, webhook.expires_at))

    async def _note_failure(self, endpoint: WebhookEndpoint, answer: Answer) -> None:
        now = self.clock.now()
        failures = endpoint.failures + 1
        failing = replace(
            endpoint,
            failures=failures,
            failing_since=endpoint.failing_since or now,
            rests_until=now + rest_after(failures, self.randomness.fraction()),
        )
        if answer.status == _GONE:
            await self.disabling(failing, DisabledBecause.GONE)
        elif failing.failing_since is not None and (
            now - failing.failing_since >= self.rules.disable_after
        ):
            await self.disabling(failing, DisabledBecause.FAILING)
        else:
            await self.endpoints.save(failing)
