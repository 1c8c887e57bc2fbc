"""Events: what happened, in the past tense, as it is told to the other contexts.

Each has a subject (its name on the bus), a version and a typed payload. A consumer must accept
an event twice and out of order.
"""

from .base import Event, OrderRelated
from .market import (
    LowestAskChanged,
    MatchCreated,
    MatchUnwound,
    ProductChanged,
    QuotesWithdrawn,
    StockRefused,
    StockReserved,
)
from .operations import AlarmRaised
from .orders import (
    AuthenticationFailed,
    AuthenticationPassed,
    DeadlineReached,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderReceived,
    OrderSellerShipped,
    OrderShipped,
)
from .payments import (
    GatewayReported,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentCleared,
    PaymentOverdue,
    PaymentRefundDue,
    PaymentRefunded,
    PaymentRequested,
    PaymentWasDeclined,
    PayoutDue,
    PayoutPaid,
    PayoutWasRefused,
)
from .people import NotificationRequested, PayoutAccountChanged, PriceDropped, UserRegistered
from .requests import QuoteWithdrawalRequested, UserWasSuspended

__all__ = [
    "EVENTS",
    "AlarmRaised",
    "AuthenticationFailed",
    "AuthenticationPassed",
    "DeadlineReached",
    "Event",
    "GatewayReported",
    "LowestAskChanged",
    "MatchCreated",
    "MatchUnwound",
    "NotificationRequested",
    "OrderAuthFailed",
    "OrderAuthPassed",
    "OrderCancelled",
    "OrderCreated",
    "OrderDelivered",
    "OrderReceived",
    "OrderRelated",
    "OrderSellerShipped",
    "OrderShipped",
    "PaymentAbandoned",
    "PaymentCaptured",
    "PaymentCleared",
    "PaymentOverdue",
    "PaymentRefundDue",
    "PaymentRefunded",
    "PaymentRequested",
    "PaymentWasDeclined",
    "PayoutAccountChanged",
    "PayoutDue",
    "PayoutPaid",
    "PayoutWasRefused",
    "PriceDropped",
    "ProductChanged",
    "QuoteWithdrawalRequested",
    "QuotesWithdrawn",
    "StockRefused",
    "StockReserved",
    "UserRegistered",
    "UserWasSuspended",
]

EVENTS: dict[str, type[Event]] = {
    event.SUBJECT: event
    for event in (
        UserRegistered,
        PayoutAccountChanged,
        ProductChanged,
        MatchCreated,
        MatchUnwound,
        LowestAskChanged,
        QuotesWithdrawn,
        PriceDropped,
        NotificationRequested,
        StockReserved,
        StockRefused,
        PaymentRequested,
        PaymentCaptured,
        PaymentWasDeclined,
        PaymentOverdue,
        PaymentAbandoned,
        PaymentCleared,
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
        AlarmRaised,
        QuoteWithdrawalRequested,
        UserWasSuspended,
    )
}
"""Every event by its subject, for adapters that read them back."""
