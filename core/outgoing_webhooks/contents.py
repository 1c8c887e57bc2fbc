"""What a webhook tells of an event, for somebody on one side of an order or for an admin."""

from ...ports.language.complaints import Bearer
from ...ports.language.events import (
    AlarmRaised,
    AskPlaced,
    BidPlaced,
    ComplaintDecided,
    Event,
    HaltEndRequested,
    HaltRequested,
    LowestAskChanged,
    MatchCreated,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderComplained,
    OrderConfirmed,
    OrderDelivered,
    OrderReceived,
    OrderRefundGranted,
    OrderRelated,
    OrderReturned,
    OrderSellerShipped,
    OrderShipped,
    PaymentCaptured,
    PaymentDeclined,
    PaymentNeedsBuyer,
    PaymentRefunded,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PriceDropped,
    ProductChanged,
    QuotesWithdrawn,
    UserRegistered,
)
from ...ports.language.webhook_events import (
    AlarmRaisedContent,
    AskPlacedContent,
    BidPlacedContent,
    ComplaintDecidedContent,
    EventContent,
    HaltEndRequestedContent,
    HaltRequestedContent,
    LowestAskChangedContent,
    MatchCreatedContent,
    OrderAuthFailedContent,
    OrderAuthPassedContent,
    OrderCancelledContent,
    OrderComplainedContent,
    OrderContent,
    OrderCreatedContent,
    OrderDeliveredContent,
    OrderReceivedContent,
    OrderRefundGrantedContent,
    OrderReturnedContent,
    OrderSellerShippedContent,
    OrderShippedContent,
    PartySide,
    PaymentCapturedContent,
    PaymentDeclinedContent,
    PaymentNeedsBuyerContent,
    PaymentRefundedContent,
    PayoutFrozenContent,
    PayoutPaidContent,
    PayoutRefusedContent,
    PayoutReleasedContent,
    PriceDroppedContent,
    ProductChangedContent,
    QuotesWithdrawnContent,
    UserRegisteredContent,
    WithdrawnQuoteContent,
)

TOLD: tuple[type[Event], ...] = (
    BidPlaced,
    AskPlaced,
    MatchCreated,
    OrderConfirmed,
    OrderSellerShipped,
    OrderReceived,
    OrderAuthPassed,
    OrderAuthFailed,
    OrderShipped,
    OrderDelivered,
    OrderReturned,
    OrderCancelled,
    OrderComplained,
    ComplaintDecided,
    OrderRefundGranted,
    PaymentCaptured,
    PaymentNeedsBuyer,
    PaymentDeclined,
    PaymentRefunded,
    PayoutPaid,
    PayoutRefused,
    PayoutFrozen,
    PayoutReleased,
    QuotesWithdrawn,
    PriceDropped,
    LowestAskChanged,
    ProductChanged,
    HaltRequested,
    HaltEndRequested,
    UserRegistered,
    AlarmRaised,
)
"""The events that are told. Each is the kind of the same name."""


def content_of(event: Event, side: PartySide | None) -> EventContent:
    """Return what is told of an event to a side of its order, or with None to whoever sees all.

    Whether they are told at all is the caller's to decide, by the kind's audience.
    """
    if isinstance(event, OrderRelated):
        return _of_order(event, side)
    match event:
        case BidPlaced(book=book):
            return BidPlacedContent(
                user_id=event.user_id,
                bid_id=event.quote_id,
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                amount=event.amount,
                placed_at=event.placed_at,
                expires_at=event.expires_at,
            )
        case AskPlaced(book=book):
            return AskPlacedContent(
                user_id=event.user_id,
                ask_id=event.quote_id,
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                amount=event.amount,
                placed_at=event.placed_at,
                expires_at=event.expires_at,
            )
        case QuotesWithdrawn(user_id=user_id, reason=reason, note=note, count=count):
            return QuotesWithdrawnContent(
                user_id=user_id, reason=reason, note=note, count=count, quotes=_quotes(event)
            )
        case PriceDropped(book=book):
            return PriceDroppedContent(
                user_id=event.user_id,
                alert_id=event.alert_id,
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                wanted=event.wanted,
                lowest_ask=event.lowest_ask,
                dropped_at=event.dropped_at,
            )
        case LowestAskChanged(book=book):
            return LowestAskChangedContent(
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                before=event.before,
                lowest_ask=event.lowest_ask,
                changed_at=event.changed_at,
            )
        case ProductChanged(product_id=product_id, version=version):
            return ProductChangedContent(product_id=product_id, product_version=version)
        case HaltRequested(halt_id=halt_id, product_id=product_id, size=size, condition=condition):
            return HaltRequestedContent(
                halt_id=halt_id, product_id=product_id, size=size, condition=condition
            )
        case HaltEndRequested(halt_id=halt_id, product_id=product_id):
            return HaltEndRequestedContent(halt_id=halt_id, product_id=product_id)
        case UserRegistered(user_id=user_id):
            return UserRegisteredContent(user_id=user_id)
        case AlarmRaised(kind=kind, order_id=order_id, note=note):
            return AlarmRaisedContent(alarm=kind, order_id=order_id, note=note)
    raise AssertionError(f"no webhook tells of {event}")


def _quotes(event: QuotesWithdrawn) -> tuple[WithdrawnQuoteContent, ...]:
    return tuple(
        WithdrawnQuoteContent(
            id=quote.id,
            quote=quote.side,
            product_id=quote.book.product_id,
            size=quote.book.size,
            condition=quote.book.condition,
            amount=quote.amount,
        )
        for quote in event.quotes
    )


def _of_order(event: OrderRelated, side: PartySide | None) -> OrderContent:
    order_id = event.order_id
    match event:
        case MatchCreated(book=book, price=price, bid_id=bid_id, ask_id=ask_id, matched_at=at):
            return MatchCreatedContent(
                order_id=order_id,
                side=side,
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                price=price,
                bid_id=bid_id,
                ask_id=ask_id,
                matched_at=at,
            )
        case OrderConfirmed(book=book, price=price, matched_at=at, ship_by=ship_by):
            return OrderCreatedContent(
                order_id=order_id,
                side=side,
                product_id=book.product_id,
                size=book.size,
                condition=book.condition,
                price=price,
                matched_at=at,
                ship_by=ship_by,
            )
        case OrderReceived():
            return OrderReceivedContent(order_id=order_id, side=side)
        case OrderAuthPassed():
            return OrderAuthPassedContent(order_id=order_id, side=side)
        case OrderAuthFailed(reason=reason):
            return OrderAuthFailedContent(order_id=order_id, side=side, reason=reason)
        case OrderDelivered(delivered_at=at, proof=proof):
            return OrderDeliveredContent(order_id=order_id, side=side, delivered_at=at, proof=proof)
        case OrderCancelled(reason=why, note=note):
            shown = note if side is not PartySide.SELLER or not why.noted_for_buyer else None
            return OrderCancelledContent(order_id=order_id, side=side, reason=why, note=shown)
        case OrderComplained(kind=kind):
            return OrderComplainedContent(order_id=order_id, side=side, complaint=kind)
        case ComplaintDecided(kind=kind, state=state):
            return ComplaintDecidedContent(
                order_id=order_id, side=side, complaint=kind, state=state
            )
        case OrderRefundGranted(borne_by=bearer):
            seen = side is not PartySide.BUYER or bearer is Bearer.BUYER
            return OrderRefundGrantedContent(
                order_id=order_id, side=side, borne_by=bearer if seen else None
            )
        case OrderSellerShipped() | OrderShipped() | OrderReturned():
            return _of_parcel(event, side)
        case _:
            return _of_money(event, side)


def _of_parcel(
    event: OrderSellerShipped | OrderShipped | OrderReturned, side: PartySide | None
) -> OrderContent:
    contents = {
        OrderSellerShipped: OrderSellerShippedContent,
        OrderShipped: OrderShippedContent,
        OrderReturned: OrderReturnedContent,
    }
    return contents[type(event)](
        order_id=event.order_id,
        side=side,
        carrier=event.carrier,
        tracking_number=event.tracking_number,
    )


def _of_money(event: OrderRelated, side: PartySide | None) -> OrderContent:
    order_id = event.order_id
    match event:
        case PaymentCaptured(amount=amount):
            return PaymentCapturedContent(order_id=order_id, side=side, amount=amount)
        case PaymentNeedsBuyer(until=until):
            return PaymentNeedsBuyerContent(order_id=order_id, side=side, until=until)
        case PaymentDeclined(reason=reason):
            return PaymentDeclinedContent(order_id=order_id, side=side, reason=reason)
        case PaymentRefunded(amount=amount):
            return PaymentRefundedContent(order_id=order_id, side=side, amount=amount)
        case PayoutPaid(amount=amount, debt_settled=settled):
            return PayoutPaidContent(
                order_id=order_id, side=side, amount=amount, debt_settled=settled
            )
        case PayoutRefused(amount=amount, reason=reason):
            return PayoutRefusedContent(order_id=order_id, side=side, amount=amount, reason=reason)
        case PayoutFrozen(reason=why):
            return PayoutFrozenContent(order_id=order_id, side=side, reason=why)
        case PayoutReleased():
            return PayoutReleasedContent(order_id=order_id, side=side)
    raise AssertionError(f"no webhook tells of {event}")
