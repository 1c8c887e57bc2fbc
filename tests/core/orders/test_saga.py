"""The saga with events of other contexts, in any sequence and with duplicates."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.composition.engine import engine_of
from solebook.ports.language.authentication import TaskStatus, Verdict
from solebook.ports.language.catalog import Reservation, ReservationStatus, StockLevel
from solebook.ports.language.errors import IllegalMove, NotFound, Unavailable
from solebook.ports.language.events import (
    AuthFailed,
    AuthPassed,
    OrderCancelled,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PayoutPaid,
    PayoutRefused,
    StockRefused,
    StockReserved,
)
from solebook.ports.language.ids import OrderId, ProductId, TaskId, UserId
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)
from solebook.ports.stock import Stock

from ...exchange import FAIL, PARCEL, PASS, Exchange, build_exchange
from ...invariants import check_invariants

TASK, USER = TaskId(UUID(int=1)), UserId(UUID(int=2))


def all_news(order_id: OrderId) -> list[object]:
    return [
        StockReserved(order_id),
        StockRefused(order_id),
        PaymentCaptured(order_id, 21_400),
        PaymentDeclined(order_id, "card_declined"),
        PaymentRefunded(order_id, 21_400),
        AuthPassed(order_id, TASK, USER),
        AuthFailed(order_id, TASK, USER, "a fake"),
        PayoutPaid(order_id, USER, 17_600, 0),
        PayoutRefused(order_id, USER, 17_600, "account_closed"),
    ]


AWAITED: dict[OrderStatus, set[type]] = {
    OrderStatus.PENDING: {StockReserved, StockRefused, PaymentDeclined},
    OrderStatus.CONFIRMED: set(),
    OrderStatus.SELLER_SHIPPING: set(),
    OrderStatus.AUTHENTICATING: {AuthPassed, AuthFailed},
    OrderStatus.AUTH_PASSED: set(),
    OrderStatus.SHIPPING_TO_BUYER: set(),
    OrderStatus.DELIVERED: {PayoutPaid, PayoutRefused},
    OrderStatus.CANCELLED: set(),
    OrderStatus.AUTH_FAILED: set(),
}


@pytest.mark.parametrize("status", OrderStatus)
async def test_unexpected_event_changes_nothing(exchange: Exchange, status: OrderStatus) -> None:
    order = await exchange.trade(status)
    unsent = await exchange.store.outbox.unsent(10)
    for news in all_news(order.id):
        if type(news) in AWAITED[status]:
            continue
        await exchange.app.orders.continue_saga(news)  # type: ignore[arg-type]  # one of the union
        assert await exchange.order(order.id) == order, news
        told = [m.event for m in await exchange.store.outbox.unsent(10)][len(unsent) :]
        late = isinstance(news, StockReserved) and status is OrderStatus.CANCELLED
        assert [type(event) for event in told] == [OrderCancelled] * late, news
        await exchange.workers.relay.drain() if late else None


@pytest.mark.parametrize("status", OrderStatus)
async def test_duplicate_event_changes_nothing(exchange: Exchange, status: OrderStatus) -> None:
    exchange.was_told_lies = True
    for kind in AWAITED[status]:
        order = await exchange.trade(status)
        (news,) = [n for n in all_news(order.id) if type(n) is kind]
        await exchange.app.orders.continue_saga(news)  # type: ignore[arg-type]  # one of the union
        once = await exchange.order(order.id)
        assert once.version == order.version + 1
        unsent = await exchange.store.outbox.unsent(10)
        await exchange.app.orders.continue_saga(news)  # type: ignore[arg-type]  # one of the union
        assert await exchange.order(order.id) == once, news
        assert await exchange.store.outbox.unsent(10) == unsent


async def test_events_at_once_have_the_effect_of_one_after_the_other() -> None:
    exchange = build_exchange()  # not the fixture: what it is told did not happen
    await exchange.open()
    delivered, pending, refused = [
        await exchange.trade(status)
        for status in (OrderStatus.DELIVERED, OrderStatus.PENDING, OrderStatus.PENDING)
    ]
    await exchange.app.orders.continue_saga(
        StockReserved(pending.id),
        PayoutPaid(delivered.id, USER, 17_600, 0),
        StockRefused(refused.id),
        PaymentCaptured(pending.id, 21_400),
        StockReserved(pending.id),
        StockReserved(refused.id),
        PayoutRefused(delivered.id, USER, 17_600, "account_closed"),
    )
    confirmed = await exchange.order(pending.id)
    assert (confirmed.status, confirmed.version) == (OrderStatus.CONFIRMED, pending.version + 2)
    cancelled = await exchange.order(refused.id)
    assert (cancelled.status, cancelled.version) == (OrderStatus.CANCELLED, refused.version + 1)
    paid = await exchange.order(delivered.id)
    assert (paid.payout_status, paid.version) == (PayoutStatus.PAID, delivered.version + 1)


async def test_event_of_an_unknown_order_is_not_found(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.PENDING)
    with pytest.raises(NotFound):
        await exchange.app.orders.continue_saga(
            StockReserved(order.id), StockReserved(OrderId(UUID(int=1)))
        )
    assert await exchange.order(order.id) == order


# ---- complete sagas --------------------------------------------------------------------------


async def test_paid_order_reaches_its_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=3))
    assert await exchange.happened(order.id) == [
        "match_created",
        "stock_reserved",
        "confirmed",
        "seller_shipped",
        "received",
        "auth_passed",
        "shipped",
        "delivered",
        "payout_paid",
    ]
    assert await exchange.told(order.id) == [
        "match.created",
        "stock.reserved",
        "payment.requested",
        "payment.captured",
        "order.created",
        "order.seller_shipped",
        "order.received",
        "auth.passed",
        "order.auth_passed",
        "order.shipped",
        "order.delivered",
        "deadline.reached",
        "payout.due",
        "payout.paid",
    ]
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID


async def test_declined_order_ends_and_its_ask_returns(exchange: Exchange) -> None:
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    order = await exchange.trade(OrderStatus.PENDING, buyer=poor)
    await exchange.workers.settle()
    order = await exchange.order(order.id)
    assert (order.status, order.cancel_reason, order.note) == (
        OrderStatus.CANCELLED,
        CancelReason.PAYMENT_DECLINED,
        "card_declined",
    )
    assert (order.payment_status, order.stock_status) == (
        PaymentStatus.DECLINED,
        StockStatus.RELEASED,
    )
    quotes = exchange.store.quotes
    assert (await quotes.get(order.bid_id)).status is QuoteStatus.CANCELLED
    assert (await quotes.get(order.ask_id)).status is QuoteStatus.ACTIVE


async def test_a_returned_ask_matches_the_next_bid_at_once(exchange: Exchange) -> None:
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    declined = await exchange.match(buyer=poor, price=21_000)
    await exchange.bid(exchange.buyer, 22_000)
    await exchange.workers.settle()
    first, second = sorted(await exchange.orders(), key=lambda order: order.id)
    assert (first.id, first.status) == (declined, OrderStatus.CANCELLED)
    assert (second.status, second.ask_id) == (OrderStatus.CONFIRMED, first.ask_id)
    assert second.price == 21_000


class StumblingStock(Stock):
    """Fails to settle the first reservation."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._stumbled = False

    async def levels(self, product_id: ProductId) -> Sequence[StockLevel]:
        return await self._stock.levels(product_id)

    async def reserve(self, reservation: Reservation) -> Reservation:
        return await self._stock.reserve(reservation)

    async def reserve_all(self, *reservations: Reservation) -> Mapping[OrderId, Reservation]:
        return await self._stock.reserve_all(*reservations)

    async def find(self, order_id: OrderId) -> Reservation | None:
        return await self._stock.find(order_id)

    async def settle(self, order_id: OrderId, status: ReservationStatus) -> None:
        if not self._stumbled:
            self._stumbled = True
            raise Unavailable(what="the store")
        await self._stock.settle(order_id, status)


async def test_an_ask_does_not_match_again_before_its_pair_is_free() -> None:
    exchange = build_exchange(change=lambda s: replace(s, stock=StumblingStock(s.stock)))
    await exchange.open()
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.match(buyer=poor)
    await exchange.bid(exchange.buyer)
    await exchange.quiet()
    statuses = [order.status for order in await exchange.orders()]
    assert statuses == [OrderStatus.CONFIRMED, OrderStatus.CANCELLED]
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()


async def test_order_without_stock_ends_unpaid(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.PENDING)
    await exchange.app.orders.continue_saga(StockRefused(order.id))
    await exchange.workers.settle()
    order = await exchange.order(order.id)
    assert (order.cancel_reason, order.payment_status) == (
        CancelReason.STOCK_REFUSED,
        PaymentStatus.ABANDONED,
    )
    assert await exchange.provider.balance() == 0
    assert (await exchange.store.quotes.get(order.ask_id)).status is QuoteStatus.CANCELLED


async def test_late_match_event_of_a_cancelled_order_leaves_no_reservation(
    exchange: Exchange,
) -> None:
    exchange.bus.failing["catalog.reserve_stock:match.created"] = 1
    order_id = await exchange.match()
    await exchange.workers.relay.drain()
    await exchange.clock.advance(exchange.app.rules.give_up_after)
    await exchange.app.orders.continue_saga(
        PaymentAbandoned(order_id, CancelReason.GIVEN_UP, charge_known=True)
    )
    await exchange.workers.relay.drain()
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert (order.cancel_reason, order.stock_status) == (
        CancelReason.GIVEN_UP,
        StockStatus.UNRESERVED,
    )
    (level,) = await exchange.store.stock.levels(exchange.product.id)
    assert (level.available, level.reserved) == (1, 0)


async def test_a_failed_pair_is_refunded_and_goes_back_to_its_seller(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTH_FAILED)
    assert (order.payment_status, order.return_status) == (
        PaymentStatus.REFUNDED,
        ReturnStatus.DUE,
    )
    sent = await exchange.app.orders.dispatch_pair(exchange.authenticator, order.id, **PARCEL)
    assert (sent.status, sent.return_status) == (OrderStatus.AUTH_FAILED, ReturnStatus.SENT)
    assert sent.outbound is not None
    await exchange.workers.settle()
    assert "order.shipped" not in await exchange.told(order.id)
    await exchange.later(timedelta(days=30))
    assert await exchange.order(order.id) == sent


async def test_a_failed_pair_can_go_back_before_the_buyer_has_the_money(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    exchange.bus.failing["payments.refund_buyer:order.auth_failed"] = 1
    await exchange.fail(order.id)
    await exchange.dispatch(order.id)
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUND_DUE
    await exchange.quiet()
    order = await exchange.order(order.id)
    assert (order.payment_status, order.return_status) == (
        PaymentStatus.REFUNDED,
        ReturnStatus.SENT,
    )


@pytest.mark.parametrize("status", [OrderStatus.CONFIRMED, OrderStatus.SELLER_SHIPPING])
async def test_admin_cancellation_refunds_the_buyer_and_returns_the_pair(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason=" a mistake ")
    await exchange.workers.settle()
    order = await exchange.order(order.id)
    assert (order.status, order.cancel_reason, order.note) == (
        OrderStatus.CANCELLED,
        CancelReason.ADMIN_CANCELLED,
        "a mistake",
    )
    assert order.payment_status is PaymentStatus.REFUNDED
    assert (await exchange.store.quotes.get(order.ask_id)).status is QuoteStatus.CANCELLED
    task = await exchange.store.authentication_tasks.find_by_order(order.id)
    assert task is not None
    assert task.status is TaskStatus.CANCELLED
    assert await exchange.store.tape.summaries() == []


async def test_only_one_of_two_concurrent_moves_succeeds(exchange: Exchange) -> None:
    order, orders = await exchange.trade(), exchange.app.orders
    outcomes = await asyncio.gather(
        orders.cancel_order(exchange.seller, order.id, reason="sold elsewhere"),
        orders.ship_pair(exchange.seller, order.id, **PARCEL),
        orders.cancel_order(exchange.admin, order.id, reason="a mistake"),
        orders.ship_pair(exchange.seller, order.id, **PARCEL),
        return_exceptions=True,
    )
    made = [outcome for outcome in outcomes if isinstance(outcome, Order)]
    assert made[0].version == order.version + 1
    for move, outcome in enumerate(outcomes):
        assert isinstance(outcome, Order | IllegalMove), (move, outcome)
    happened = (await exchange.happened(order.id))[order.version :]
    assert happened in (["cancelled"], ["seller_shipped"], ["seller_shipped", "cancelled"])
    assert len(made) == len(happened)


@pytest.mark.parametrize("reason", CancelReason)
def test_cancel_reason_decides_penalty_and_return_of_the_ask(
    reason: CancelReason,
) -> None:
    assert reason.seller_at_fault == (
        reason
        in (
            CancelReason.SELLER_CANCELLED,
            CancelReason.SHIPMENT_OVERDUE,
            CancelReason.ARRIVAL_OVERDUE,
        )
    )
    assert reason.ask_returns == (
        reason
        in (
            CancelReason.PAYMENT_DECLINED,
            CancelReason.PAYMENT_OVERDUE,
            CancelReason.GIVEN_UP,
        )
    )


@pytest.mark.parametrize("verdict", [PASS, FAIL])
async def test_an_admin_may_cancel_before_the_verdict_reaches_the_order(
    exchange: Exchange, verdict: Verdict
) -> None:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    task = await exchange.store.authentication_tasks.find_by_order(order.id)
    assert task is not None
    warehouse = exchange.authenticator
    await exchange.app.authentication.claim_task(warehouse, task.id)
    await exchange.app.authentication.give_verdict(warehouse, task.id, verdict)
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="stolen")
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).status is OrderStatus.CANCELLED
    await check_invariants(exchange)
