"""Events of payments and payouts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ..complaints import Bearer
from ..ids import OrderId, UserId
from ..money import Cents
from ..orders import CancelReason, Order
from .base import Event, OrderRelated


@dataclass(frozen=True, slots=True)
class PaymentRequested(OrderRelated):
    """The buyer is to be charged `amount` into escrow."""

    SUBJECT: ClassVar[str] = "payment.requested"
    order_id: OrderId
    buyer_id: UserId
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaymentCaptured(OrderRelated):
    """The buyer's money is in escrow."""

    SUBJECT: ClassVar[str] = "payment.captured"
    order_id: OrderId
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaymentNeedsBuyer(OrderRelated):
    """The buyer must authenticate the charge at `url` by an instant (UTC)."""

    SUBJECT: ClassVar[str] = "payment.needs_buyer"
    order_id: OrderId
    url: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class PaymentDeclined(OrderRelated):
    """The provider declined to charge the buyer."""

    SUBJECT: ClassVar[str] = "payment.declined"
    order_id: OrderId
    reason: str


@dataclass(frozen=True, slots=True)
class BuyerBarred(Event):
    """A buyer had too many declined cards and may not bid until an instant (UTC)."""

    SUBJECT: ClassVar[str] = "buyer.barred"
    buyer_id: UserId
    declines: int
    until: datetime

    @property
    def key(self) -> str:
        """The buyer."""
        return str(self.buyer_id)


@dataclass(frozen=True, slots=True)
class PaymentOverdue(OrderRelated):
    """A payment deadline has passed, and payments must find out whether the buyer was charged."""

    SUBJECT: ClassVar[str] = "payment.overdue"
    order_id: OrderId
    buyer_id: UserId
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentAbandoned(OrderRelated):
    """The buyer will not be charged any more, and why.

    If `charge_known` is False, it is unknown whether they were charged. A charge would be refunded.
    """

    SUBJECT: ClassVar[str] = "payment.abandoned"
    order_id: OrderId
    reason: CancelReason
    charge_known: bool


@dataclass(frozen=True, slots=True)
class BuyerNotCharged(OrderRelated):
    """It is now known that the buyer of an ended order was not charged."""

    SUBJECT: ClassVar[str] = "buyer.not_charged"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class PaymentRefundDue(OrderRelated):
    """The buyer's money arrived after the order had ended, and must be refunded."""

    SUBJECT: ClassVar[str] = "payment.refund_due"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class PaymentRefunded(OrderRelated):
    """The buyer was refunded."""

    SUBJECT: ClassVar[str] = "payment.refunded"
    order_id: OrderId
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaymentRefundedUnasked(OrderRelated):
    """The provider refunded `amount` to the buyer without a request."""

    SUBJECT: ClassVar[str] = "payment.refunded_unasked"
    order_id: OrderId
    amount: Cents


@dataclass(frozen=True, slots=True)
class PaymentRefundFailed(OrderRelated):
    """A refund did not reach the buyer: `amount` is back.

    If the buyer is `owed` it, another refund is due. Otherwise the refund was unasked.
    """

    SUBJECT: ClassVar[str] = "payment.refund_failed"
    order_id: OrderId
    amount: Cents
    reason: str
    owed: bool


@dataclass(frozen=True, slots=True)
class ShortfallBorne(OrderRelated):
    """An admin decided who bears `amount` that the provider refunded unasked."""

    SUBJECT: ClassVar[str] = "shortfall.borne"
    order_id: OrderId
    amount: Cents
    borne_by: Bearer


@dataclass(frozen=True, slots=True)
class PayoutDue(OrderRelated):
    """The hold is over. The escrow must be settled and the seller paid."""

    SUBJECT: ClassVar[str] = "payout.due"
    order_id: OrderId
    seller_id: UserId
    price: Cents
    payout: Cents
    transaction_fee: Cents
    processing_fee: Cents
    shipping_fee: Cents

    @classmethod
    def of(cls, order: Order) -> "PayoutDue":
        """Return the event with the amounts of an order."""
        return cls(
            order_id=order.id,
            seller_id=order.seller_id,
            price=order.price,
            payout=order.payout_amount,
            transaction_fee=order.fees.transaction,
            processing_fee=order.fees.processing,
            shipping_fee=order.fees.shipping,
        )


@dataclass(frozen=True, slots=True)
class PayoutPaid(OrderRelated):
    """The seller was paid `amount`, after `debt_settled` was deducted."""

    SUBJECT: ClassVar[str] = "payout.paid"
    order_id: OrderId
    seller_id: UserId
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class PayoutReopened(OrderRelated):
    """The seller is owed `amount` again: not all of it was paid, or it came back."""

    SUBJECT: ClassVar[str] = "payout.reopened"
    order_id: OrderId
    seller_id: UserId
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutRefused(OrderRelated):
    """The provider refused to pay `amount` to the seller's account."""

    SUBJECT: ClassVar[str] = "payout.refused"
    order_id: OrderId
    seller_id: UserId
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class WebhookReceived(Event):
    """A webhook of the payment provider was stored and must be processed."""

    SUBJECT: ClassVar[str] = "webhook.received"
    webhook_id: str

    @property
    def key(self) -> str:
        """The provider's id of the webhook, because webhooks come in any order."""
        return self.webhook_id


@dataclass(frozen=True, slots=True)
class WebhookHinted(Event):
    """A stored webhook said that an object at the provider changed: the provider must be asked."""

    SUBJECT: ClassVar[str] = "webhook.hinted"
    webhook_id: str
    reference: str
    """The object. Webhooks about one object are followed one after the other."""

    @property
    def key(self) -> str:
        """The provider's id of the webhook."""
        return self.webhook_id


@dataclass(frozen=True, slots=True)
class DisputeCheckDue(Event):
    """The provider must be asked about an open dispute again."""

    SUBJECT: ClassVar[str] = "dispute.check_due"
    reference: str
    """The provider's id of it."""

    @property
    def key(self) -> str:
        """The dispute."""
        return self.reference
