"""The routes of the payments context."""

from functools import partial

from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    OrderAuthFailed,
    OrderCancelled,
    OrderDelivered,
    OrderRefundGranted,
    PaymentOverdue,
    PaymentRefundDue,
    PaymentRequested,
    PayoutAccountChanged,
    PayoutDue,
    PenaltyExcused,
    WebhookReceived,
)
from ..ports.language.messages import Queue
from .payments import PaymentsUseCases
from .router import Router


def payments_routes(payments: PaymentsUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the payments context.

    Consumers that call the provider have a queue, in which buyers or sellers take turns.
    """
    router = Router(Queue.TRADE)
    inside = router.inside
    charges = partial(router.persistent, Queue.CHARGES)
    refunds = partial(router.persistent, Queue.REFUNDS)
    payouts = partial(router.persistent, Queue.PAYOUTS)
    return (
        # The buyer is charged, or the charge is given up.
        charges(PaymentRequested, "payments.charge_buyer", payments.charge_buyer),
        charges(PaymentOverdue, "payments.abandon_payment", payments.abandon_payment),
        # The pair is delivered, and after the hold the seller is paid.
        inside(OrderDelivered, "payments.record_completed_sale", payments.record_completed_sale),
        inside(OrderDelivered, "payments.pay_early", payments.pay_early),
        payouts(PayoutDue, "payments.pay_seller", payments.pay_seller),
        payouts(PayoutAccountChanged, "payments.retry_payouts", payments.retry_payouts),
        # The trade failed, and the buyer is refunded.
        refunds(OrderCancelled, "payments.refund_buyer", payments.refund_buyer),
        inside(OrderCancelled, "payments.penalise_seller", payments.penalise_seller),
        refunds(OrderAuthFailed, "payments.refund_buyer", payments.refund_buyer),
        inside(OrderAuthFailed, "payments.penalise_seller", payments.penalise_seller),
        refunds(OrderRefundGranted, "payments.refund_buyer", payments.refund_buyer),
        inside(OrderRefundGranted, "payments.take_back_sale", payments.take_back_sale),
        payouts(PenaltyExcused, "payments.reverse_penalty", payments.reverse_penalty),
        refunds(PaymentRefundDue, "payments.refund_buyer", payments.refund_buyer),
        # Reports of the provider.
        inside(WebhookReceived, "payments.handle_webhook", payments.handle_webhook),
    )
