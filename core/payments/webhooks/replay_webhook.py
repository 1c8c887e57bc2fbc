"""Replay a webhook of the payment provider."""

from dataclasses import dataclass

from ....ports.audit_log import AuditLog
from ....ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ....ports.language.errors import WebhookNotKept
from ....ports.language.payments import Webhook, WebhookKind
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role
from ....ports.outbox import Outbox
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Webhooks
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive
from .receive_webhook import announcement


@dataclass(frozen=True, slots=True)
class ReplayWebhook:
    """An admin has the kept body of a webhook read and applied again, as if it came now.

    It is read as this version reads it, so a kind that was unknown before may be known. A webhook
    that is applied a second time changes nothing. The audit log records it.
    """

    transaction: Transaction
    provider: PaymentProvider
    webhooks: Webhooks
    archive: WebhookArchive
    outbox: Outbox
    audit_log: AuditLog

    async def __call__(self, actor: Actor, webhook_id: str, *, reason: str) -> Webhook:
        """Return the webhook as it is read now.

        If its kind is still unknown, it is not applied. Raises Forbidden, InvalidText,
        WebhookNotKept.
        """
        check_role(actor, Role.ADMIN, "replay webhooks")
        why = parse_reason(reason)
        async with self.transaction():
            kept = await self.archive.find(webhook_id)
            if kept is None or kept.body is None:
                raise WebhookNotKept(id=webhook_id)
            event = self.provider.read_webhook(kept.body)
            await self.webhooks.replace(event)
            if event.kind is not WebhookKind.OTHER:
                await self.archive.mark_waiting(webhook_id)
                await self.outbox.add(announcement(event))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.WEBHOOK_REPLAYED,
                    target=Target(TargetKind.WEBHOOK, kept.id),
                    reason=why,
                    facts={"webhook_id": webhook_id, "type": kept.type, "kind": event.kind.value},
                )
            )
        return event
