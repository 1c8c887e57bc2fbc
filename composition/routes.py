"""The routes of messages: which use cases hear of which event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from ..ports.clock import Clock
from ..ports.event_bus import Consumer
from ..ports.language.events import (
    AlarmRaised,
    AuthenticationFailed,
    AuthenticationPassed,
    BuyerBarred,
    ComplaintDecided,
    CostsRose,
    DeadlineReached,
    Event,
    FreezeRequested,
    GatewayReported,
    HaltEndRequested,
    HaltRequested,
    LowestAskChanged,
    MatchCreated,
    MatchUnwound,
    NotificationRequested,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderComplained,
    OrderCreated,
    OrderDelivered,
    OrderReceived,
    OrderRefundGranted,
    OrderReturned,
    OrderShipped,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentCleared,
    PaymentOverdue,
    PaymentRefundDue,
    PaymentRefunded,
    PaymentRefundedUnasked,
    PaymentRequested,
    PaymentShortfallBorne,
    PaymentWasDeclined,
    PayoutAccountChanged,
    PayoutDue,
    PayoutPaid,
    PayoutWasFrozen,
    PayoutWasRefused,
    PayoutWasReleased,
    PayoutWasReopened,
    PenaltyExcused,
    PenaltyWasReversed,
    PriceDropped,
    ProductChanged,
    QuotesWithdrawn,
    QuoteWithdrawalRequested,
    StockRefused,
    StockReserved,
    SuspensionCarriedOut,
    UserRegistered,
    UserWasSuspended,
)
from ..ports.language.messages import Message, Queue
from .adapters import Store
from .application import Application

E = TypeVar("E", bound=Event)

TO_THE_CHARGE = (
    f"catalog.reserve_stock:{MatchCreated.SUBJECT}",
    f"orders.continue_saga:{StockReserved.SUBJECT}",
    f"payments.charge_buyer:{PaymentRequested.SUBJECT}",
)
"""The consumers that bring an order from its match to its charge."""


@dataclass(frozen=True, slots=True)
class Router:
    """Turns routes into consumers that have their effect once."""

    store: Store
    clock: Clock

    def inside(
        self,
        event: type[E],
        name: str,
        use_case: Callable[[E], Awaitable[None]],
    ) -> Consumer:
        """Route to a use case that only writes to the store, so that its effect happens once."""
        return replace(self.repeatable(event, name, use_case), inside=True)

    def outside(
        self, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route to a use case that calls the world outside, which no transaction may wait for.

        Such a use case has its effect once by itself; the inbox saves it the repetition.
        """

        async def handle(message: Message) -> None:
            assert isinstance(message.event, event), message
            if await self.store.inbox.contains(consumer, message.id):
                return
            await use_case(message.event)
            async with self.store.transaction():
                await self.store.inbox.record(consumer, message.id, self.clock.now())

        consumer = f"{name}:{event.SUBJECT}"
        return Consumer(consumer, event.SUBJECT, handle)

    def repeatable(
        self, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route to a use case that costs less to repeat than to note, and changes nothing then."""

        async def handle(message: Message) -> None:
            assert isinstance(message.event, event), message
            await use_case(message.event)

        return Consumer(f"{name}:{event.SUBJECT}", event.SUBJECT, handle)

    def told(self, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]) -> Consumer:
        """Route like `inside`, by way of the queue of what people are told."""
        return _in_letters(self.inside(event, name, use_case))

    def queued(
        self, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route by way of the queue to a use case that calls the world outside, which is slow.

        Such a use case has its effect once by itself.
        """
        return _in_letters(self.repeatable(event, name, use_case))

    def persistent(
        self, queue: Queue, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route like `queued`, by way of a queue in which buyers, or sellers, take turns.

        What the provider does not answer is asked again for as long as it takes.
        """
        consumer = self.repeatable(event, name, use_case)
        return replace(consumer, queue=queue, turn=_party_of, persists=True)


def _party_of(event: Event) -> str:
    match event:
        case PaymentRequested() | PaymentOverdue():
            return str(event.buyer_id)
        case OrderCancelled() | OrderAuthFailed() | OrderRefundGranted():
            return str(event.buyer_id)
        case PayoutDue() | PenaltyExcused():
            return str(event.seller_id)
        case PayoutAccountChanged():
            return str(event.user_id)
        case _:
            return ""


def _in_letters(consumer: Consumer) -> Consumer:
    """Return the consumer with a queue, in which users take turns."""
    return replace(consumer, queue=Queue.LETTERS, turn=_user_of)


def _user_of(event: Event) -> str:
    if isinstance(event, NotificationRequested | PriceDropped | QuotesWithdrawn | CostsRose):
        return str(event.user_id or "")
    return ""


def _in_turn(*use_cases: Callable[[E], Awaitable[None]]) -> Callable[[E], Awaitable[None]]:
    """Return a use case that does these one after the other, all again if one fails."""

    async def do(event: E) -> None:
        for use_case in use_cases:
            await use_case(event)

    return do


def routes(app: Application) -> tuple[Consumer, ...]:
    """Return every consumer. Read it from top to bottom: it is the life of an order."""
    router = Router(app.adapters.store, app.adapters.clock)
    inside, outside, told, queued = router.inside, router.outside, router.told, router.queued
    charges = partial(router.persistent, Queue.CHARGES)
    refunds = partial(router.persistent, Queue.REFUNDS)
    payouts = partial(router.persistent, Queue.PAYOUTS)
    repeatable = router.repeatable
    saga = app.orders.continue_saga
    notify = app.notifications.notify
    # The search reads the tape when that is right, however late that is.
    record_sale = _in_turn(app.analytics.record_sale, app.search.update_figures)
    void_sale = _in_turn(app.analytics.void_sale, app.search.update_figures)
    return (
        # A bid and an ask met: the pair is reserved, the buyer charged, the seller told to ship.
        inside(MatchCreated, "catalog.reserve_stock", app.catalog.reserve_stock),
        inside(StockReserved, "orders.continue_saga", saga),
        inside(StockRefused, "orders.continue_saga", saga),
        charges(PaymentRequested, "payments.charge_buyer", app.payments.charge_buyer),
        inside(PaymentCaptured, "orders.continue_saga", saga),
        inside(PaymentWasDeclined, "orders.continue_saga", saga),
        charges(PaymentOverdue, "payments.abandon_payment", app.payments.abandon_payment),
        inside(PaymentAbandoned, "orders.continue_saga", saga),
        inside(OrderCreated, "authentication.open_task", app.authentication.open_task),
        repeatable(OrderCreated, "analytics.record_sale", record_sale),
        # The pair arrived and was looked at.
        inside(OrderReceived, "authentication.receive_item", app.authentication.receive_item),
        inside(AuthenticationPassed, "orders.continue_saga", saga),
        inside(AuthenticationFailed, "orders.continue_saga", saga),
        # The buyer has the pair; after the hold the seller has the money.
        inside(OrderDelivered, "catalog.consume_stock", app.catalog.consume_stock),
        inside(
            OrderDelivered, "payments.record_completed_sale", app.payments.record_completed_sale
        ),
        payouts(PayoutDue, "payments.pay_seller", app.payments.pay_seller),
        payouts(PayoutAccountChanged, "payments.retry_payouts", app.payments.retry_payouts),
        inside(PayoutPaid, "orders.continue_saga", saga),
        inside(PayoutWasRefused, "orders.continue_saga", saga),
        inside(PayoutWasReopened, "orders.continue_saga", saga),
        inside(FreezeRequested, "orders.continue_saga", saga),
        # Something went wrong: everything is given back.
        # The unit is free before its ask returns to the book, where it may match again at once.
        outside(
            OrderCancelled,
            "bidding.unwind_match",
            _in_turn(app.catalog.release_stock, app.bidding.unwind_match),
        ),
        refunds(OrderCancelled, "payments.refund_buyer", app.payments.refund_buyer),
        inside(OrderCancelled, "payments.penalise_seller", app.payments.penalise_seller),
        inside(OrderCancelled, "authentication.cancel_task", app.authentication.cancel_task),
        repeatable(OrderCancelled, "analytics.void_sale", void_sale),
        inside(OrderAuthFailed, "catalog.release_stock", app.catalog.release_stock),
        refunds(OrderAuthFailed, "payments.refund_buyer", app.payments.refund_buyer),
        inside(OrderAuthFailed, "payments.penalise_seller", app.payments.penalise_seller),
        repeatable(OrderAuthFailed, "analytics.void_sale", void_sale),
        refunds(OrderRefundGranted, "payments.refund_buyer", app.payments.refund_buyer),
        inside(OrderRefundGranted, "payments.take_back_sale", app.payments.take_back_sale),
        repeatable(OrderRefundGranted, "analytics.void_sale", void_sale),
        payouts(PenaltyExcused, "payments.reverse_penalty", app.payments.reverse_penalty),
        refunds(PaymentRefundDue, "payments.refund_buyer", app.payments.refund_buyer),
        inside(PaymentRefunded, "orders.continue_saga", saga),
        inside(PaymentRefundedUnasked, "orders.continue_saga", saga),
        inside(PaymentShortfallBorne, "orders.continue_saga", saga),
        inside(PaymentCleared, "orders.continue_saga", saga),
        # The catalogue changed.
        repeatable(ProductChanged, "catalog.refresh_product", app.catalog.refresh_product),
        repeatable(ProductChanged, "search.index_product", app.search.index_product),
        # The lowest ask changed: somebody may wait for that, and the search shows it. There is an
        # event for many an ask, so what concerns nobody must cost next to nothing.
        repeatable(LowestAskChanged, "price_alerts.report_drops", app.price_alerts.report_drops),
        repeatable(LowestAskChanged, "search.update_figures", app.search.update_figures),
        # Time passes, and the payment provider reports.
        inside(DeadlineReached, "orders.meet_deadline", app.orders.meet_deadline),
        inside(GatewayReported, "payments.handle_webhook", app.payments.handle_webhook),
        # Something must be looked at.
        inside(AlarmRaised, "operations.record_alarm", app.operations.record_alarm),
        # Staff asks for something that only this process may do.
        outside(
            QuoteWithdrawalRequested,
            "bidding.carry_out_withdrawal",
            app.bidding.carry_out_withdrawal,
        ),
        outside(BuyerBarred, "bidding.withdraw_of_barred", app.bidding.withdraw_of_barred),
        outside(
            UserWasSuspended, "bidding.withdraw_of_suspended", app.bidding.withdraw_of_suspended
        ),
        inside(SuspensionCarriedOut, "bidding.note_suspension", app.bidding.note_suspension),
        outside(HaltRequested, "bidding.carry_out_halt", app.bidding.carry_out_halt),
        outside(HaltEndRequested, "bidding.carry_out_halt_end", app.bidding.carry_out_halt_end),
        # People are told, by way of a queue: telling holds up no trade.
        told(UserRegistered, "notifications.notify", notify),
        told(PriceDropped, "notifications.notify", notify),
        told(QuotesWithdrawn, "notifications.notify", notify),
        told(CostsRose, "notifications.notify", notify),
        told(MatchCreated, "notifications.notify", notify),
        told(PaymentWasDeclined, "notifications.notify", notify),
        told(OrderCreated, "notifications.notify", notify),
        told(OrderCancelled, "notifications.notify", notify),
        told(MatchUnwound, "notifications.notify", notify),
        told(OrderAuthPassed, "notifications.notify", notify),
        told(OrderAuthFailed, "notifications.notify", notify),
        told(OrderShipped, "notifications.notify", notify),
        told(OrderDelivered, "notifications.notify", notify),
        told(PayoutPaid, "notifications.notify", notify),
        told(PayoutWasRefused, "notifications.notify", notify),
        told(OrderReturned, "notifications.notify", notify),
        told(OrderComplained, "notifications.notify", notify),
        told(ComplaintDecided, "notifications.notify", notify),
        told(OrderRefundGranted, "notifications.notify", notify),
        told(PayoutWasFrozen, "notifications.notify", notify),
        told(PayoutWasReleased, "notifications.notify", notify),
        told(PenaltyWasReversed, "notifications.notify", notify),
        told(AlarmRaised, "notifications.notify", notify),
        queued(
            NotificationRequested,
            "notifications.deliver_notification",
            app.notifications.deliver_notification,
        ),
    )


def subscribe(app: Application) -> None:
    """Subscribe every consumer to the application's event bus."""
    for consumer in routes(app):
        app.adapters.event_bus.subscribe(consumer)
