"""Events: what happened, in the past tense, as it is told to the other contexts.

Each has a subject (its name on the bus), a version and a typed payload. A consumer must accept
an event twice and out of order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from .deadlines import DeadlineKind
from .ids import AlertId, NotificationId, OrderId, ProductId, QuoteId, TaskId, UserId
from .market import BookKey
from .money import Cents
from .notifications import Channel
from .orders import CancelReason


class Event:
    """The base of all events; `key` names what it is about, for ordering."""

    __slots__ = ()
    SUBJECT: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @property
    def key(self) -> str:
        """Events of one key are relayed in the order in which they were committed."""
        raise AssertionError(f"{type(self).__name__} has no key")


class OrderRelated(Event):
    """An event about one order."""

    __slots__ = ()
    order_id: OrderId

    @property
    def key(self) -> str:
        """The order."""
        return str(self.order_id)


@dataclass(frozen=True, slots=True)
class UserRegistered(Event):
    """Somebody joined."""

    SUBJECT: ClassVar[str] = "user.registered"
    user_id: UserId
    email: str
    first_name: str

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class PayoutAccountChanged(Event):
    """A seller named an account to be paid to, the first or another."""

    SUBJECT: ClassVar[str] = "user.payout_account_changed"
    user_id: UserId
    account: str

    @property
    def key(self) -> str:
        """The user."""
        return str(self.user_id)


@dataclass(frozen=True, slots=True)
class ProductChanged(Event):
    """A product was created or changed; `version` tells which of two is later."""

    SUBJECT: ClassVar[str] = "product.changed"
    product_id: ProductId
    version: int

    @property
    def key(self) -> str:
        """The product."""
        return str(self.product_id)


@dataclass(frozen=True, slots=True)
class MatchCreated(OrderRelated):
    """A bid and an ask met; their order is pending."""

    SUBJECT: ClassVar[str] = "match.created"
    order_id: OrderId
    bid_id: QuoteId
    ask_id: QuoteId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class LowestAskChanged(Event):
    """The best price to buy at in one book went from `before` to `lowest_ask`; None is no ask.

    The events of a book make a chain: each begins where the one before it ended. So whether a
    price was crossed can be told from one of them, in whatever order they come.
    """

    SUBJECT: ClassVar[str] = "book.lowest_ask_changed"
    book: BookKey
    before: Cents | None
    lowest_ask: Cents | None
    changed_at: datetime

    @property
    def key(self) -> str:
        """The book."""
        return f"{self.book.product_id}:{self.book.size}:{self.book.condition}"


@dataclass(frozen=True, slots=True)
class PriceDropped(Event):
    """The lowest ask came down to a price that a user waits for, or below: once per crossing."""

    SUBJECT: ClassVar[str] = "price.dropped"
    alert_id: AlertId
    user_id: UserId
    book: BookKey
    wanted: Cents
    lowest_ask: Cents
    dropped_at: datetime

    @property
    def key(self) -> str:
        """The alert."""
        return str(self.alert_id)


@dataclass(frozen=True, slots=True)
class NotificationRequested(Event):
    """A notification is to be brought to its user over one channel."""

    SUBJECT: ClassVar[str] = "notification.requested"
    notification_id: NotificationId
    channel: Channel

    @property
    def key(self) -> str:
        """The notification."""
        return str(self.notification_id)


@dataclass(frozen=True, slots=True)
class StockReserved(OrderRelated):
    """The seller's pair is promised to the order."""

    SUBJECT: ClassVar[str] = "stock.reserved"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class StockRefused(OrderRelated):
    """The seller's pair is promised to another order."""

    SUBJECT: ClassVar[str] = "stock.refused"
    order_id: OrderId


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
class OrderCreated(OrderRelated):
    """The order is paid and confirmed; the seller ships by `ship_by` (UTC)."""

    SUBJECT: ClassVar[str] = "order.created"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    matched_at: datetime
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderSellerShipped(OrderRelated):
    """The pair is on its way to the warehouse."""

    SUBJECT: ClassVar[str] = "order.seller_shipped"
    order_id: OrderId
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class OrderReceived(OrderRelated):
    """The warehouse has the pair."""

    SUBJECT: ClassVar[str] = "order.received"
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class AuthenticationPassed(OrderRelated):
    """An authenticator found the pair authentic."""

    SUBJECT: ClassVar[str] = "authentication.passed"
    order_id: OrderId
    task_id: TaskId
    authenticator_id: UserId


@dataclass(frozen=True, slots=True)
class AuthenticationFailed(OrderRelated):
    """An authenticator found the pair wanting."""

    SUBJECT: ClassVar[str] = "authentication.failed"
    order_id: OrderId
    task_id: TaskId
    authenticator_id: UserId
    reason: str


@dataclass(frozen=True, slots=True)
class OrderAuthPassed(OrderRelated):
    """The pair is ready to go to its buyer."""

    SUBJECT: ClassVar[str] = "order.auth_passed"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId


@dataclass(frozen=True, slots=True)
class OrderAuthFailed(OrderRelated):
    """The order ended: the buyer is refunded, the pair goes back, the seller owes the penalty."""

    SUBJECT: ClassVar[str] = "order.auth_failed"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    price: Cents
    reason: str


@dataclass(frozen=True, slots=True)
class OrderShipped(OrderRelated):
    """The pair is on its way to the buyer."""

    SUBJECT: ClassVar[str] = "order.shipped"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class OrderDelivered(OrderRelated):
    """The pair reached the buyer: a completed sale."""

    SUBJECT: ClassVar[str] = "order.delivered"
    order_id: OrderId
    buyer_id: UserId
    seller_id: UserId
    price: Cents
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class OrderCancelled(OrderRelated):
    """The order ended before authentication. `reason` tells whose fault it was and what follows."""

    SUBJECT: ClassVar[str] = "order.cancelled"
    order_id: OrderId
    bid_id: QuoteId
    ask_id: QuoteId
    buyer_id: UserId
    seller_id: UserId
    book: BookKey
    price: Cents
    reason: CancelReason
    note: str | None


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
    """The provider will not pay the seller's account."""

    SUBJECT: ClassVar[str] = "payout.refused"
    order_id: OrderId
    seller_id: UserId
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


@dataclass(frozen=True, slots=True)
class DeadlineReached(OrderRelated):
    """An order's deadline passed without being prevented."""

    SUBJECT: ClassVar[str] = "deadline.reached"
    order_id: OrderId
    kind: DeadlineKind


EVENTS: dict[str, type[Event]] = {
    event.SUBJECT: event
    for event in (
        UserRegistered,
        PayoutAccountChanged,
        ProductChanged,
        MatchCreated,
        LowestAskChanged,
        PriceDropped,
        NotificationRequested,
        StockReserved,
        StockRefused,
        PaymentRequested,
        PaymentCaptured,
        PaymentWasDeclined,
        PaymentRefundDue,
        PaymentRefunded,
        OrderCreated,
        OrderSellerShipped,
        OrderReceived,
        AuthenticationPassed,
        AuthenticationFailed,
        OrderAuthPassed,
        OrderAuthFailed,
        OrderShipped,
        OrderDelivered,
        OrderCancelled,
        PayoutDue,
        PayoutPaid,
        PayoutWasRefused,
        GatewayReported,
        DeadlineReached,
    )
}
"""Every event by its subject, for adapters that read them back."""
