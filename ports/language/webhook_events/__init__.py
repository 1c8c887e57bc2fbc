"""The events that webhooks tell, as their receivers read them.

They are a promise to programs of others. A field may be added. For any other change a kind gets a
higher version. Each class is the `data` of one kind; docs/webhooks.md lists them.
"""

from .base import (
    Audience,
    EventContent,
    OrderContent,
    PartySide,
)
from .market import (
    AlarmRaisedContent,
    AskPlacedContent,
    BidPlacedContent,
    HaltEndRequestedContent,
    HaltRequestedContent,
    LowestAskChangedContent,
    PriceDroppedContent,
    ProductChangedContent,
    QuotesWithdrawnContent,
    UserRegisteredContent,
    WebhookTestContent,
    WithdrawnQuoteContent,
)
from .money import (
    PaymentCapturedContent,
    PaymentDeclinedContent,
    PaymentNeedsBuyerContent,
    PaymentRefundedContent,
    PayoutFrozenContent,
    PayoutPaidContent,
    PayoutRefusedContent,
    PayoutReleasedContent,
)
from .trades import (
    ComplaintDecidedContent,
    MatchCreatedContent,
    OrderAuthFailedContent,
    OrderAuthPassedContent,
    OrderCancelledContent,
    OrderComplainedContent,
    OrderCreatedContent,
    OrderDeliveredContent,
    OrderReceivedContent,
    OrderRefundGrantedContent,
    OrderReturnedContent,
    OrderSellerShippedContent,
    OrderShippedContent,
    ParcelContent,
)

__all__ = [
    "CONTENTS",
    "KINDS",
    "AlarmRaisedContent",
    "AskPlacedContent",
    "Audience",
    "BidPlacedContent",
    "ComplaintDecidedContent",
    "EventContent",
    "HaltEndRequestedContent",
    "HaltRequestedContent",
    "LowestAskChangedContent",
    "MatchCreatedContent",
    "OrderAuthFailedContent",
    "OrderAuthPassedContent",
    "OrderCancelledContent",
    "OrderComplainedContent",
    "OrderContent",
    "OrderCreatedContent",
    "OrderDeliveredContent",
    "OrderReceivedContent",
    "OrderRefundGrantedContent",
    "OrderReturnedContent",
    "OrderSellerShippedContent",
    "OrderShippedContent",
    "ParcelContent",
    "PartySide",
    "PaymentCapturedContent",
    "PaymentDeclinedContent",
    "PaymentNeedsBuyerContent",
    "PaymentRefundedContent",
    "PayoutFrozenContent",
    "PayoutPaidContent",
    "PayoutRefusedContent",
    "PayoutReleasedContent",
    "PriceDroppedContent",
    "ProductChangedContent",
    "QuotesWithdrawnContent",
    "UserRegisteredContent",
    "WebhookTestContent",
    "WithdrawnQuoteContent",
]

CONTENTS: dict[str, type[EventContent]] = {
    content.KIND: content
    for content in (
        BidPlacedContent,
        AskPlacedContent,
        MatchCreatedContent,
        OrderCreatedContent,
        OrderSellerShippedContent,
        OrderReceivedContent,
        OrderAuthPassedContent,
        OrderAuthFailedContent,
        OrderShippedContent,
        OrderDeliveredContent,
        OrderReturnedContent,
        OrderCancelledContent,
        OrderComplainedContent,
        ComplaintDecidedContent,
        OrderRefundGrantedContent,
        PaymentCapturedContent,
        PaymentNeedsBuyerContent,
        PaymentDeclinedContent,
        PaymentRefundedContent,
        PayoutPaidContent,
        PayoutRefusedContent,
        PayoutFrozenContent,
        PayoutReleasedContent,
        QuotesWithdrawnContent,
        PriceDroppedContent,
        LowestAskChangedContent,
        ProductChangedContent,
        HaltRequestedContent,
        HaltEndRequestedContent,
        UserRegisteredContent,
        AlarmRaisedContent,
        WebhookTestContent,
    )
}
"""The content of every kind of events, in the sequence of the documentation."""

KINDS: dict[str, type[EventContent]] = {
    kind: content for kind, content in CONTENTS.items() if content is not WebhookTestContent
}
"""The kinds that an endpoint can choose."""
