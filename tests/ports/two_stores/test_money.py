"""Two processes that move the money of a trade at the same time move it once."""

from collections.abc import Awaitable, Callable

from solebook.core.orders.advance import order_cancelled
from solebook.core.payments.transfers import debt, payable
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.errors import BeyondDebt, IllegalMove
from solebook.ports.language.events import (
    OrderRefundGranted,
    PaymentRequested,
    PayoutDue,
    PenaltyExcused,
    StockRefused,
    StockReserved,
    WebhookReceived,
)
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus
from solebook.ports.language.payments import AccountKind, PayoutState

from ...exchange import Exchange
from .racing import Race, Races, tried_again

Exchanges = tuple[Exchange, Exchange]


def matched(exchange: Exchange) -> Callable[[], Awaitable[Order]]:
    """Return a function that makes an order of which nobody was told yet."""
    return lambda: exchange.trade(OrderStatus.PENDING)


def delivered(exchange: Exchange) -> Callable[[], Awaitable[Order]]:
    return lambda: exchange.trade(OrderStatus.DELIVERED)


def delivered_after_penalty(
    exchange: Exchange, number: int
) -> Callable[[], Awaitable[list[Order]]]:
    """Return a function that makes delivered orders, whose seller owes a penalty."""

    async def trade() -> list[Order]:
        await exchange.trade(OrderStatus.CANCELLED)
        return [await exchange.trade(OrderStatus.DELIVERED) for _ in range(number)]

    return trade


def charge_of(order: Order) -> PaymentRequested:
    return PaymentRequested(order.id, order.buyer_id, order.buyer_total)


async def test_a_charge_and_a_refund_of_one_payment_leave_nothing_at_the_provider(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        async def cancel() -> None:
            await other.app.orders.continue_saga(StockRefused(order.id))
            cancelled = order_cancelled(await other.order(order.id))
            await other.app.payments.refund_buyer(cancelled)

        await race(
            tried_again(lambda: one.app.payments.charge_buyer(charge_of(order))),
            tried_again(cancel),
        )
        payment = await one.payment(order.id)
        assert payment.status in (PaymentStatus.ABANDONED, PaymentStatus.REFUNDED)
        assert await one.provider.balance() == 0
        assert set((await one.store.ledger.totals()).values()) <= {0}

    await races.on(matched(one), once)


async def test_a_buyer_is_charged_once(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        before = await one.provider.balance()
        await one.app.orders.continue_saga(StockReserved(order.id))
        await race(
            tried_again(lambda: one.app.payments.charge_buyer(charge_of(order))),
            tried_again(lambda: other.app.payments.charge_buyer(charge_of(order))),
        )
        balance = await one.provider.balance()
        assert balance == before + order.buyer_total
        assert (await one.store.ledger.totals())[AccountKind.ESCROW] == balance

    await races.on(matched(one), once)


async def test_a_charge_that_its_webhook_reports_too_is_booked_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        await one.app.orders.continue_saga(StockReserved(order.id))
        # A process charged the buyer and died before it wrote that down.
        card = (await one.payment(order.id)).payment_method
        assert card is not None
        await one.provider.charge(
            key=f"{order.id}:charge",
            order_id=order.id,
            payment_method=card,
            amount=order.buyer_total,
        )
        body, signature = (await one.provider.webhooks())[-1]
        await one.app.payments.receive_webhook(body, signature)
        reported = WebhookReceived(one.provider.parse_webhook(body, signature).id)
        await race(
            tried_again(lambda: one.app.payments.charge_buyer(charge_of(order))),
            tried_again(lambda: other.app.payments.handle_webhook(reported)),
        )
        ledger = await one.store.ledger.totals()
        assert ledger[AccountKind.ESCROW] == await one.provider.balance()
        assert (await one.payment(order.id)).status is PaymentStatus.CAPTURED

    await races.on(matched(one), once)


async def test_two_payouts_of_an_indebted_seller_settle_the_debt_once(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, orders: list[Order]) -> None:
        owed = -await one.store.ledger.balance(debt(one.seller.user_id))
        assert owed > 0
        first, second = (PayoutDue.of(order) for order in orders)
        await race(
            tried_again(lambda: one.app.payments.pay_seller(first)),
            tried_again(lambda: other.app.payments.pay_seller(second)),
        )
        payouts = [await one.payout(order.id) for order in orders]
        assert [payout.state for payout in payouts] == [PayoutState.PAID] * 2
        assert sorted(payout.debt_settled for payout in payouts) == [0, owed]
        assert await one.store.ledger.balance(debt(one.seller.user_id)) == 0

    await races.on(delivered_after_penalty(one, 2), once)


async def test_a_debt_is_written_off_or_settled_by_a_payout(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    seller = one.seller.user_id

    async def once(race: Race, orders: list[Order]) -> None:
        (order,) = orders
        owed = -await one.store.ledger.balance(debt(seller))
        _, left = await race(
            tried_again(lambda: one.app.payments.pay_seller(PayoutDue.of(order))),
            tried_again(
                lambda: other.app.payments.write_off_debt(
                    one.admin, seller, amount=owed, reason="a gesture"
                )
            ),
        )
        settled = (await one.payout(order.id)).debt_settled
        assert (left, settled) == (0, 0) or (isinstance(left, BeyondDebt) and settled == owed)
        assert await one.store.ledger.balance(debt(seller)) == 0

    await races.on(delivered_after_penalty(one, 1), once)


async def test_one_payout_is_paid_once(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        due = PayoutDue.of(order)
        await race(
            tried_again(lambda: one.app.payments.pay_seller(due)),
            tried_again(lambda: other.app.payments.pay_seller(due)),
        )
        assert await one.provider.balance() == order.buyer_total - order.payout_amount

    await races.on(delivered(one), once)


async def test_a_payout_is_frozen_or_paid(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        _, frozen = await race(
            tried_again(lambda: one.app.payments.pay_seller(PayoutDue.of(order))),
            tried_again(
                lambda: other.app.orders.freeze_payout(one.admin, order.id, reason="looks odd")
            ),
        )
        assert not isinstance(frozen, IllegalMove), "a payout under way may still be refused"
        payout = await one.store.payouts.find(order.id)
        assert payout is None or payout.state is PayoutState.PAID
        held = (await one.store.ledger.totals())[AccountKind.ESCROW]
        assert held == (order.buyer_total if payout is None else 0)

    await races.on(delivered(one), once)


async def test_a_complaint_stops_the_payout_or_comes_after_it(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        _, complained = await race(
            tried_again(lambda: one.app.payments.pay_seller(PayoutDue.of(order))),
            tried_again(
                lambda: other.app.orders.complain(
                    one.buyer, order.id, kind=ComplaintKind.NOT_AS_DESCRIBED, reason="scuffed"
                )
            ),
        )
        assert isinstance(complained, Order)
        payout = await one.store.payouts.find(order.id)
        assert payout is None or payout.state is PayoutState.PAID

    await races.on(delivered(one), once)


async def test_a_refund_after_delivery_leaves_the_seller_unpaid_or_indebted(
    exchanges: Exchanges, races: Races
) -> None:
    one, other = exchanges
    seller = one.seller.user_id

    async def once(race: Race, order: Order) -> None:
        async def refund() -> None:
            refunded = await other.app.orders.refund_order(
                one.admin, order.id, reason="a fake after all", borne_by=Bearer.SELLER
            )
            await other.app.payments.refund_buyer(granted_of(refunded))

        await race(
            tried_again(lambda: one.app.payments.pay_seller(PayoutDue.of(order))),
            tried_again(refund),
        )
        assert (await one.payment(order.id)).status is PaymentStatus.REFUNDED
        payout = await one.store.payouts.find(order.id)
        paid = 0 if payout is None else payout.amount
        assert await one.provider.balance() == -paid
        assert await one.store.ledger.balance(debt(seller)) == -paid

    await races.on(delivered(one), once)


def granted_of(order: Order) -> OrderRefundGranted:
    assert order.borne_by is not None
    assert order.delivered_at is not None
    return OrderRefundGranted(
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        price=order.price,
        borne_by=order.borne_by,
        delivered_at=order.delivered_at,
        note=order.note,
    )


async def test_a_penalty_is_reversed_once(exchanges: Exchanges, races: Races) -> None:
    one, other = exchanges

    async def once(race: Race, order: Order) -> None:
        excused = PenaltyExcused(order.id, order.seller_id)
        await race(
            tried_again(lambda: one.app.payments.reverse_penalty(excused)),
            tried_again(lambda: other.app.payments.reverse_penalty(excused)),
        )
        assert await one.store.ledger.balance(debt(order.seller_id)) == 0
        assert await one.store.ledger.balance(payable(order.seller_id)) == 0

    await races.on(lambda: one.trade(OrderStatus.CANCELLED), once)
