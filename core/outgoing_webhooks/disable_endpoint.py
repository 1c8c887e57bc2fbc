"""Disable a webhook endpoint that its owner did not disable."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.events import WebhookEndpointDisabled
from ...ports.language.ids import WebhookEndpointId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.language.webhook_endpoints import DisabledBecause, WebhookEndpoint
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .change_endpoint import WHY_NOT_TRIED, resting


@dataclass(frozen=True, slots=True)
class Disabling:
    """Disables an endpoint and tells its owner, who can enable it again. It needs a transaction."""

    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    outbox: Outbox

    async def __call__(
        self, endpoint: WebhookEndpoint, because: DisabledBecause
    ) -> WebhookEndpoint:
        """Return the endpoint, disabled. If it was disabled before, nothing happens."""
        if endpoint.disabled is not None:
            return endpoint
        disabled = resting(endpoint, because)
        await self.endpoints.save(disabled)
        await self.webhooks.fail_waiting(endpoint.id, WHY_NOT_TRIED)
        await self.outbox.add(
            WebhookEndpointDisabled(
                user_id=endpoint.owner_id,
                endpoint_id=endpoint.id,
                because=because,
                failing_since=endpoint.failing_since,
            )
        )
        return disabled


@dataclass(frozen=True, slots=True)
class DisableEndpoint:
    """An admin disables anybody's endpoint. Its owner is told; the audit log has why."""

    transaction: Transaction
    endpoints: WebhookEndpoints
    disabling: Disabling
    audit_log: AuditLog

    async def __call__(
        self, actor: Actor, endpoint_id: WebhookEndpointId, *, reason: str
    ) -> WebhookEndpoint:
        """Return the endpoint, disabled. Raises Forbidden, InvalidText, NotFound."""
        check_role(actor, Role.ADMIN, "disable the endpoints of others")
        why = parse_reason(reason)
        async with self.transaction():
            endpoint = await self.endpoints.get(endpoint_id)
            disabled = await self.disabling(endpoint, DisabledBecause.ADMIN)
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.WEBHOOK_ENDPOINT_DISABLED,
                    target=Target(TargetKind.WEBHOOK_ENDPOINT, endpoint_id),
                    reason=why,
                    facts={"owner_id": str(endpoint.owner_id)},
                )
            )
        return disabled
