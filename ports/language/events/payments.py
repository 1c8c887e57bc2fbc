"""Events of the money."""

from dataclasses import dataclass
from typing import ClassVar

from ..ids import OrderId, UserId
from ..money import Cents
from .base import Event, OrderRelated


@dataclass(frozen=True, slots=True)
class PaymentRequested(OrderRelated):
    """The buyer is to be charged `amount` cents into escrow."""

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
class PaymentWasDeclined(OrderRelated):
    """The provider will not charge the buyer."""

    SUBJECT: ClassVar[str] = "payment.declined"
    order_id: OrderId
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentRefundDue(OrderRelated):
    """The buyer's money arrived after the order had ended, and goes back."""

    SUBJECT: ClassVar[str] = "payment.refund_due"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class PaymentRefunded(OrderRelated):
    """The buyer has the money back."""

    SUBJECT: ClassVar[str] = "payment.refunded"
    order_id: OrderId
    amount: Cents


@dataclass(frozen=True, slots=True)
class PayoutDue(OrderRelated):
    """The hold is over: the escrow is to be settled and the seller paid."""

    SUBJECT: ClassVar[str] = "payout.due"
    order_id: OrderId
    seller_id: UserId
    price: Cents
    payout: Cents
    transaction_fee: Cents
    processing_fee: Cents
    shipping_fee: Cents


@dataclass(frozen=True, slots=True)
class PayoutPaid(OrderRelated):
    """The seller was paid `amount` cents, after `debt_settled` was kept back."""

    SUBJECT: ClassVar[str] = "payout.paid"
    order_id: OrderId
    seller_id: UserId
    amount: Cents
    debt_settled: Cents


@dataclass(frozen=True, slots=True)
class PayoutWasRefused(OrderRelated):
    """The provider will not pay `amount` cents to the seller's account."""

    SUBJECT: ClassVar[str] = "payout.refused"
    order_id: OrderId
    seller_id: UserId
    amount: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class GatewayReported(Event):
    """A webhook of the payment provider was stored and waits to be acted on."""

    SUBJECT: ClassVar[str] = "gateway.reported"
    event_id: str

    @property
    def key(self) -> str:
        """The provider's own id of the event: webhooks come in any order."""
        return self.event_id
