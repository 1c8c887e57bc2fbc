"""The bearers of refunds, to the cent, before and after the payout."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.core.payments.transfers import debt, escrow, losses, payable
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.orders import (
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.payments import Account, AccountKind, PayoutState, Quarter
from solebook.ports.language.users import Actor

from ...exchange import Exchange
from ...invariants import check_invariants

HOLD = timedelta(days=3)
KINDS = (AccountKind.FEES, AccountKind.PROCESSING, AccountKind.SHIPPING, AccountKind.LOSSES)
PAID_STATES = [
    OrderStatus.CONFIRMED,
    OrderStatus.SELLER_SHIPPING,
    OrderStatus.AUTHENTICATING,
    OrderStatus.AUTH_PASSED,
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.DELIVERED,
]
HANDED_OVER = PAID_STATES[2:]
"""States in which the warehouse has had the pair."""


async def refund(exchange: Exchange, order: Order, borne_by: Bearer) -> Order:
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="as agreed", borne_by=borne_by
    )
    await exchange.workers.settle()
    return await exchange.order(order.id)


async def capital(exchange: Exchange) -> None:
    """Let the provider hold enough that the exchange can bear refunds."""
    await exchange.trade(OrderStatus.AUTH_PASSED, price=150_000)


async def balance(exchange: Exchange, kind: AccountKind, owner: str = "") -> int:
    return await exchange.store.ledger.balance(Account(kind, owner))


async def earned(exchange: Exchange) -> list[int]:
    """Return the platform's fees, processing, shipping and losses."""
    return [await balance(exchange, kind) for kind in KINDS]


async def owed(exchange: Exchange, seller: Actor | None = None) -> int:
    return -await exchange.store.ledger.balance(debt((seller or exchange.seller).user_id))


async def paid(exchange: Exchange, seller: Actor | None = None) -> Order:
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    return await exchange.order(order.id)


@pytest.mark.parametrize(
    ("status", "borne_by", "back", "keeps", "payout"),
    [
        *((status, Bearer.SELLER, 21_400, [0, 0, 0, 0], 0) for status in PAID_STATES),
        *((status, Bearer.BUYER, 20_000, [0, 0, 1_400, 0], 0) for status in PAID_STATES),
        *(
            (status, Bearer.EXCHANGE, 21_400, [1_800, 600, 1_400, -21_400], 17_600)
            for status in HANDED_OVER
        ),
        # The seller still has the pair and is not paid, so there is nothing to bear.
        (OrderStatus.CONFIRMED, Bearer.EXCHANGE, 21_400, [0, 0, 0, 0], 0),
        (OrderStatus.SELLER_SHIPPING, Bearer.EXCHANGE, 21_400, [0, 0, 0, 0], 0),
    ],
)
async def test_refund_by_an_admin_is_borne_by_the_chosen_bearer(
    exchange: Exchange,
    status: OrderStatus,
    borne_by: Bearer,
    back: int,
    keeps: list[int],
    payout: int,
) -> None:
    await capital(exchange)
    order = await refund(exchange, await exchange.trade(status), borne_by)
    if status is OrderStatus.DELIVERED:
        await exchange.later(HOLD)
        order = await exchange.order(order.id)
    else:
        assert order.status is OrderStatus.CANCELLED
    assert (order.payment_status, order.refund_amount) == (PaymentStatus.REFUNDED, back)
    assert await earned(exchange) == keeps
    assert await exchange.store.ledger.balance(escrow(order.id)) == 0
    assert await owed(exchange) == 0
    found = await exchange.store.payouts.find(order.id)
    assert (found.amount if found else 0) == payout
    await check_invariants(exchange)


async def test_exchange_pays_for_a_pair_that_a_carrier_lost(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING)
    await exchange.app.orders.note_carrier_receipt(exchange.admin, order.id, reason="they say so")
    order = await refund(exchange, order, Bearer.EXCHANGE)
    assert (order.payout_status, order.exchange_pays) == (PayoutStatus.PAID, True)
    assert await earned(exchange) == [1_800, 600, 1_400, -21_400]
    await check_invariants(exchange)


@pytest.mark.parametrize(
    ("borne_by", "debt_after", "keeps", "payout"),
    [
        (Bearer.SELLER, 17_600, [0, 0, 0, 0], PayoutStatus.RECLAIMED),
        (Bearer.BUYER, 17_600, [0, 0, 1_400, 0], PayoutStatus.RECLAIMED),
        (Bearer.EXCHANGE, 0, [1_800, 600, 1_400, -21_400], PayoutStatus.PAID),
    ],
)
async def test_paid_payout_becomes_debt_unless_the_exchange_bears_the_refund(
    exchange: Exchange, borne_by: Bearer, debt_after: int, keeps: list[int], payout: PayoutStatus
) -> None:
    await capital(exchange)
    order = await refund(exchange, await paid(exchange), borne_by)
    assert (order.payout_status, await owed(exchange)) == (payout, debt_after)
    assert await earned(exchange) == keeps
    await check_invariants(exchange)


async def test_reclaimed_payout_is_settled_by_the_next_payout(exchange: Exchange) -> None:
    await capital(exchange)
    await refund(exchange, await paid(exchange), Bearer.SELLER)
    order = await paid(exchange)
    payout = await exchange.payout(order.id)
    assert (payout.amount, payout.debt_settled) == (0, 17_600)
    assert await owed(exchange) == 0


async def test_settled_penalty_is_owed_again_when_the_payout_is_reclaimed(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    await exchange.trade(OrderStatus.CANCELLED)  # a penalty of 3 000
    order = await paid(exchange)
    assert (await exchange.payout(order.id)).amount == 14_600
    await refund(exchange, order, Bearer.SELLER)
    assert await owed(exchange) == 17_600  # paid 14 600, and the penalty is settled
    await check_invariants(exchange)


async def test_refused_payout_is_set_off_against_the_debt_of_its_refund(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid(exchange, seller)
    assert (await exchange.payout(order.id)).state is PayoutState.REFUSED
    order = await refund(exchange, order, Bearer.SELLER)
    assert (await exchange.payout(order.id)).state is PayoutState.CANCELLED
    assert order.payout_status is PayoutStatus.CANCELLED
    assert await owed(exchange, seller) == 0
    assert await exchange.store.ledger.balance(payable(seller.user_id)) == 0
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.CANCELLED
    await check_invariants(exchange)


async def test_payout_under_way_at_the_refund_becomes_debt(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    seller = await exchange.new_seller(tokens.ACCOUNT_THAT_TIMES_OUT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    assert (await exchange.payout(order.id)).state is PayoutState.DUE
    await refund(exchange, await exchange.order(order.id), Bearer.SELLER)
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.RECLAIMED
    assert await owed(exchange, seller) == 17_600
    await check_invariants(exchange)


async def test_payout_refused_after_the_refund_is_not_retried(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid(exchange, seller)
    async with exchange.store.transaction():  # as if the answer were still missing
        asked = replace(await exchange.payout(order.id), state=PayoutState.DUE)
        await exchange.store.payouts.save(asked)
    await refund(exchange, order, Bearer.SELLER)
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.CANCELLED
    assert await owed(exchange, seller) == 0
    await check_invariants(exchange)


async def test_an_order_is_refunded_once(exchange: Exchange) -> None:
    await capital(exchange)
    order = await refund(exchange, await paid(exchange), Bearer.SELLER)
    for bearer in Bearer:
        with pytest.raises(IllegalMove):
            await refund(exchange, order, bearer)
    assert await owed(exchange) == 17_600


@pytest.mark.parametrize(
    "status", [OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED]
)
async def test_unpaid_or_ended_order_is_not_refunded(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    with pytest.raises(IllegalMove):
        await refund(exchange, order, Bearer.EXCHANGE)
    await exchange.workers.settle()


@pytest.mark.parametrize("asked", [False, True])
async def test_cancelling_a_pending_order_costs_nothing(exchange: Exchange, asked: bool) -> None:
    order_id = await exchange.match()
    if asked:
        exchange.bus.failing["orders.continue_saga:payment.captured"] = 1
        await exchange.workers.settle()
        assert (await exchange.payment(order_id)).status is PaymentStatus.CAPTURED
    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a mistake")
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert order.status is OrderStatus.CANCELLED
    assert (order.borne_by, order.owes_penalty) == (None, False)
    assert await exchange.provider.balance() == 0
    assert await owed(exchange) == 0
    await check_invariants(exchange)


async def test_refunded_sale_does_not_count_unless_the_exchange_bears_it(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    for borne_by, sales in ((Bearer.SELLER, 0), (Bearer.EXCHANGE, 1), (Bearer.BUYER, 1)):
        await refund(exchange, await exchange.trade(OrderStatus.DELIVERED), borne_by)
        quarters = await exchange.store.seller_records.of(
            {exchange.seller.user_id}, {Quarter.of(exchange.clock.now())}
        )
        assert sum(volume.sales for volume in quarters.values()) == sales


async def test_refund_before_its_sale_is_counted_is_retried(
    exchange: Exchange,
) -> None:
    await capital(exchange)
    exchange.bus.failing["payments.record_completed_sale:order.delivered"] = 1
    order = await exchange.trade(OrderStatus.DELIVERED)
    await refund(exchange, order, Bearer.SELLER)
    await exchange.quiet()
    await check_invariants(exchange)


async def test_a_pair_comes_back_for_an_order_that_is_over(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.CANCELLED)
    await exchange.receive(order.id)
    assert (await exchange.order(order.id)).return_status is ReturnStatus.DUE
    await exchange.dispatch(order.id)
    assert (await exchange.order(order.id)).return_status is ReturnStatus.SENT


async def test_losses_from_refunds_are_separate_from_write_offs(exchange: Exchange) -> None:
    await capital(exchange)
    await exchange.trade(OrderStatus.CANCELLED)
    await exchange.app.payments.write_off_debt(
        exchange.admin, exchange.seller.user_id, amount=3_000, reason="our mistake"
    )
    await refund(exchange, await exchange.trade(OrderStatus.AUTH_PASSED), Bearer.EXCHANGE)
    ledger = exchange.store.ledger
    assert await ledger.balance(losses(exchange.seller.user_id)) == -3_000
    assert await ledger.balance(losses()) == -21_400
    await check_invariants(exchange)
