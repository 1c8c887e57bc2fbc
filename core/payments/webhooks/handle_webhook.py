"""Apply a stored webhook of the payment provider."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.errors import NotFound, Unavailable
from ....ports.language.events import WebhookHinted, WebhookReceived
from ....ports.language.ids import OrderId
from ....ports.language.orders import Order
from ....ports.language.payments import Charge, Payment, Webhook, WebhookKind
from ....ports.orders import Orders
from ....ports.outbox import Outbox
from ....ports.payments import Payments, Payouts, Webhooks
from ....ports.transaction import Transaction
from ....ports.webhook_archive import WebhookArchive
from ..charges.escrow import Escrow
from ..irregularities import Irregularities
from ..payouts.record_payout import RecordPayout
from ..refunds.record_refund import RecordRefund
from ..suspense import Suspense

APPLIED_AS_TOLD = frozenset(
    {
        WebhookKind.CHARGE_CAPTURED,
        WebhookKind.CHARGE_DECLINED,
        WebhookKind.CHARGE_REFUNDED,
        WebhookKind.PAYOUT_PAID,
        WebhookKind.PAYOUT_FAILED,
        WebhookKind.OTHER,
    }
)
"""What a webhook of these kinds says is applied. Any other is only a hint: see FollowHint. A refund
is both."""


@dataclass(frozen=True, slots=True)
class HandleWebhook:
    """Updates the payment or payout from a webhook, unless the direct answer already did.

    Webhooks may arrive in any order. Unasked charges, refunds and payouts are booked too. Money for
    no known order waits in suspense. Both raise an alarm and freeze the order's payout, if the
    order is known.

    Another transaction may be recording the order of a charge or a payout at the same time. An
    unknown one is therefore looked up again after its name in suspense is locked.
    """

    transaction: Transaction
    webhooks: Webhooks
    archive: WebhookArchive
    orders: Orders
    payments: Payments
    payouts: Payouts
    escrow: Escrow
    record_refund: RecordRefund
    record_payout: RecordPayout
    suspense: Suspense
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock

    async def __call__(self, reported: WebhookReceived) -> None:
        """Apply the webhook. Raises Unavailable if the order's payment is not stored yet."""
        async with self.transaction():
            event = await self.webhooks.get(reported.webhook_id)
            match event.kind:
                case WebhookKind.CHARGE_CAPTURED:
                    await self._capture(event)
                case WebhookKind.CHARGE_DECLINED:
                    await self._decline(event)
                case WebhookKind.CHARGE_REFUNDED:
                    await self.refund(event)
                    if event.reference is not None:  # it may have failed meanwhile
                        await self.outbox.add(WebhookHinted(event.id, event.name))
                case WebhookKind.PAYOUT_PAID:
                    await self._pay_out(event)
                case WebhookKind.PAYOUT_FAILED:
                    await self._fail_payout(event)
                case _:  # another kind, or one that is a hint by now
                    pass
            await self.archive.mark_applied(event.id, self.clock.now())

    async def _capture(self, event: Webhook) -> None:
        assert event.charge_id is not None, event
        charge = Charge(event.charge_id, event.amount)
        payment = await self._payment(event)
        if payment is None:
            await self.suspense.charge(None, charge)
        else:
            await self.escrow.capture(payment.order_id, charge)

    async def _decline(self, event: Webhook) -> None:
        payment = await self._payment(event)
        if payment is None:
            what = f"The provider declined a charge for no known order: {event.name}."
            await self.irregularities.note(None, what)
        else:
            await self.escrow.decline(payment.order_id, event.reason or "declined")

    async def refund(self, event: Webhook, *, has_failed: bool = False) -> OrderId | None:
        """Book a refund, unless it is booked. Return its order, or None if it is in suspense.

        One that has failed is booked only if it was awaited, because it moved nothing in the end.
        It needs a transaction. Raises Unavailable if the order's payment is not stored yet.
        """
        payment = await self._payment(event)
        if payment is not None and _is_of(event, payment):
            await self.record_refund.report(payment.order_id, event, has_failed=has_failed)
            return payment.order_id
        if has_failed:
            return None
        order_id = None if payment is None else payment.order_id
        await self.suspense.refund(order_id, event.charge_id, event.name, event.amount)
        return None

    async def _pay_out(self, event: Webhook) -> None:
        order = await self._order_of_payout(event)
        if order is not None:
            await self.record_payout.report(order, event)
            return
        await self.suspense.pay_out(event.name, event.amount)
        if back := await self.webhooks.most(WebhookKind.PAYOUT_FAILED, event.name):
            await self.suspense.return_payout(event.name, back)

    async def _fail_payout(self, event: Webhook) -> None:
        order = await self._order_of_payout(event)
        if order is not None:
            await self.record_payout.fail(order, event)
        elif not await self.suspense.return_payout(event.name, event.amount):
            what = f"A payout for no known order failed: {event.name}."
            await self.irregularities.note(None, what)

    async def _payment(self, event: Webhook) -> Payment | None:
        """Return the payment of an event, found by the charge, else by the order, or None."""
        order = await self._order_of_charge(event) or await self._order(event.order_id)
        if order is None and event.charge_id is not None:
            await self.suspense.lock(event.charge_id)
            order = await self._order_of_charge(event)
        if order is None:
            return None
        payment = await self.payments.find(order.id)
        if payment is None:  # an order from before payments opened with theirs
            raise Unavailable(what=f"the payment of order {order.id}")
        return payment

    async def _order_of_payout(self, event: Webhook) -> Order | None:
        """Return the order of a payout, found by the order's id, else by the payout's, or None."""
        order = await self._order(event.order_id)
        if order is not None or event.reference is None:
            return order
        order_id = await self.payouts.order_of(event.reference)
        if order_id is None:
            await self.suspense.lock(event.name)
            order_id = await self.payouts.order_of(event.reference)
        return await self._order(order_id)

    async def _order_of_charge(self, event: Webhook) -> Order | None:
        if event.charge_id is None:
            return None
        return await self._order(await self.payments.order_of(event.charge_id))

    async def _order(self, order_id: OrderId | None) -> Order | None:
        if order_id is None:
            return None
        try:
            return await self.orders.get(order_id)
        except NotFound:
            return None


def _is_of(event: Webhook, payment: Payment) -> bool:
    """Whether the refunded charge is the one that paid the payment."""
    return payment.charge_id is not None and event.charge_id in (None, payment.charge_id)
