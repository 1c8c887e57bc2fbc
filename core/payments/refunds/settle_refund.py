"""Settle the refunds of a charge as they are at the payment provider."""

from dataclasses import dataclass

from ....ports.language.payments import FoundRefund, RefundState, Webhook, WebhookKind
from ....ports.payment_provider import PaymentProvider
from ....ports.transaction import Transaction
from ..patience import Patience
from ..webhooks.handle_webhook import HandleWebhook
from .failed_refunds import FailedRefunds


@dataclass(frozen=True, slots=True)
class SettleRefund:
    """Asks the provider about the refunds of a charge, and books which were made and have failed.

    All of them at once, because one can only be made after another has failed if no more than that
    was left of the charge, and their reports come in any order. What is booked already stays.
    """

    transaction: Transaction
    provider: PaymentProvider
    handle_webhook: HandleWebhook
    failed_refunds: FailedRefunds
    patience: Patience

    async def __call__(self, webhook: Webhook) -> None:
        """Settle the refund that a webhook names. Raises Unavailable, after which repeat."""
        charge_id = webhook.charge_id
        if charge_id is None and webhook.reference is not None:
            refund = await self.patience.wait_for(self.provider.find_refund(webhook.reference))
            charge_id = None if refund is None else refund.charge_id
        if charge_id is not None:
            await self.of_charge(charge_id)

    async def of_charge(self, charge_id: str) -> None:
        """Settle the refunds of a charge. Raises Unavailable, after which repeat."""
        refunds = await self.patience.wait_for(self.provider.refunds_of(charge_id))
        async with self.transaction():
            # Those that failed first, for they are the charge's again.
            for refund in sorted(refunds, key=lambda each: each.state is not RefundState.FAILED):
                await self._settle(refund)

    async def _settle(self, refund: FoundRefund) -> None:
        has_failed = refund.state is RefundState.FAILED
        order_id = await self.handle_webhook.refund(
            Webhook(
                id=f"asked:{refund.id}",
                kind=WebhookKind.CHARGE_REFUNDED,
                order_id=refund.order_id,
                charge_id=refund.charge_id,
                amount=refund.amount,
                reference=refund.id,
            ),
            has_failed=has_failed,
        )
        if not has_failed:
            return
        if order_id is None:
            await self.failed_refunds.take_back_unassigned(refund)
        else:
            await self.failed_refunds.take_back(order_id, refund)
