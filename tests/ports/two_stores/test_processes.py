"""Concurrent actions of two processes on one database have one effect."""

from collections.abc import Awaitable

from solebook.core.orders.advance import order_cancelled
from solebook.core.payments.transfers import debt, payable
from solebook.ports.language.errors import EmailTaken, TooManyAlerts
from solebook.ports.language.events import (
    PaymentRequested,
    PayoutDue,
    PenaltyExcused,
    StockRefused,
    StockReserved,
)
from solebook.ports.language.orders import OrderStatus, PaymentStatus
from solebook.ports.language.payments import AccountKind, PayoutState
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.users import User

from ...exchange import SIZE, Exchange
from .racing import Race, tried_again

Exchanges = tuple[Exchange, Exchange]


async def test_a_charge_and_a_refund_of_one_payment_leave_nothing_at_the_provider(
    exchanges: Exchanges, race: Race
) -> None:
    one, other = exchanges
    order = await one.order(await one.match())
    request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)

    async def cancel() -> None:
        await other.app.orders.continue_saga(StockRefused(order.id))
        cancelled = order_cancelled(await other.order(order.id))
        await other.app.payments.refund_buyer(cancelled)

    await race(
        tried_again(lambda: one.app.payments.charge_buyer(request)),
        tried_again(cancel),
    )
    payment = await one.payment(order.id)
    assert payment.status in (PaymentStatus.ABANDONED, PaymentStatus.REFUNDED)
    assert await one.provider.balance() == 0
    assert set((await one.store.ledger.totals()).values()) <= {0}


async def test_a_buyer_is_charged_once(exchanges: Exchanges, race: Race) -> None:
    one, other = exchanges
    order = await one.order(await one.match())
    await one.app.orders.continue_saga(StockReserved(order.id))
    request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
    await race(
        tried_again(lambda: one.app.payments.charge_buyer(request)),
        tried_again(lambda: other.app.payments.charge_buyer(request)),
    )
    assert await one.provider.balance() == order.buyer_total
    assert (await one.store.ledger.totals())[AccountKind.ESCROW] == order.buyer_total


async def test_two_payouts_of_an_indebted_seller_settle_the_debt_once(
    exchanges: Exchanges, race: Race
) -> None:
    one, other = exchanges
    await one.trade(OrderStatus.CANCELLED)  # by the seller, who owes a penalty
    owed = -await one.store.ledger.balance(debt(one.seller.user_id))
    assert owed > 0
    orders = [await one.trade(OrderStatus.DELIVERED) for _ in range(2)]
    first, second = (PayoutDue.of(order) for order in orders)
    await race(
        tried_again(lambda: one.app.payments.pay_seller(first)),
        tried_again(lambda: other.app.payments.pay_seller(second)),
    )
    payouts = [await one.payout(order.id) for order in orders]
    assert [payout.state for payout in payouts] == [PayoutState.PAID] * 2
    assert sorted(payout.debt_settled for payout in payouts) == [0, owed]
    assert await one.store.ledger.balance(debt(one.seller.user_id)) == 0


async def test_one_payout_is_paid_once(exchanges: Exchanges, race: Race) -> None:
    one, other = exchanges
    order = await one.trade(OrderStatus.DELIVERED)
    due = PayoutDue.of(order)
    await race(
        tried_again(lambda: one.app.payments.pay_seller(due)),
        tried_again(lambda: other.app.payments.pay_seller(due)),
    )
    assert await one.provider.balance() == order.buyer_total - order.payout_amount


async def test_a_penalty_is_reversed_once(exchanges: Exchanges, race: Race) -> None:
    one, other = exchanges
    order = await one.trade(OrderStatus.CANCELLED)
    excused = PenaltyExcused(order.id, order.seller_id)
    await race(
        tried_again(lambda: one.app.payments.reverse_penalty(excused)),
        tried_again(lambda: other.app.payments.reverse_penalty(excused)),
    )
    assert await one.store.ledger.balance(debt(order.seller_id)) == 0
    assert await one.store.ledger.balance(payable(order.seller_id)) == 0


async def test_a_user_at_the_limit_gets_one_price_alert(exchanges: Exchanges, race: Race) -> None:
    one, other = exchanges

    def watch(exchange: Exchange, price: int) -> Awaitable[PriceAlert]:
        return exchange.app.price_alerts.watch_price(
            one.buyer, product_id=one.product.id, size=SIZE, price=price
        )

    answers = await race(lambda: watch(one, 15_000), lambda: watch(other, 16_000))
    assert [type(answer) for answer in answers].count(TooManyAlerts) == 1


async def test_of_two_registrations_of_one_email_one_is_refused(
    exchanges: Exchanges, race: Race
) -> None:
    def register(exchange: Exchange) -> Awaitable[User]:
        return exchange.app.users.register_user(
            email="both@example.com",
            password="correct horse",
            first_name="Test",
            last_name="User",
        )

    one, other = exchanges
    answers = await race(lambda: register(one), lambda: register(other))
    assert {type(answer) for answer in answers} == {User, EmailTaken}
