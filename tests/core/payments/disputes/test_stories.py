"""Disputes before and after the payout, won and lost, of a whole charge or of a part."""

from dataclasses import replace

import pytest

from solebook.ports.language.complaints import Bearer
from solebook.ports.language.disputes import DisputeStatus
from solebook.ports.language.errors import MoneyDisputed
from solebook.ports.language.orders import FreezeReason, OrderStatus, PaymentStatus, PayoutStatus

from ....exchange import Exchange
from ..reports import (
    HOLD,
    PAYOUT,
    TOTAL,
    alarms,
    charge_of,
    dashboard,
    debt_of,
    in_escrow,
    in_suspense,
    losses,
    paid_order,
    refund,
    told_of_latest,
)
from .stories import decide, dispute, dispute_alarms, findings, known, on_account, only

FROZEN = frozenset({FreezeReason.DISPUTE})
AMOUNTS = pytest.mark.parametrize("amount", [TOTAL, 5_000], ids=["whole", "in part"])


@AMOUNTS
async def test_the_payout_is_frozen_while_the_bank_has_the_money(
    exchange: Exchange, amount: int
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)

    name = await dispute(exchange, order, amount)
    await exchange.later(HOLD)

    order = await exchange.order(order.id)
    assert (order.freezes, order.payout_status) == (FROZEN, PayoutStatus.HELD)
    assert await on_account(exchange, name) == -amount
    assert await in_escrow(exchange, order.id) == TOTAL
    [alarm] = await dispute_alarms(exchange, order.id)
    assert name in alarm.note
    assert (await only(exchange)).status is DisputeStatus.NEEDS_RESPONSE


@AMOUNTS
async def test_a_dispute_that_is_won_before_the_payout_releases_it(
    exchange: Exchange, amount: int
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, amount)
    await exchange.later(HOLD)

    await decide(exchange, name, won=True)

    order = await exchange.order(order.id)
    assert (order.freezes, order.payout_status) == (frozenset(), PayoutStatus.PAID)
    assert (await exchange.payout(order.id)).amount == PAYOUT
    assert await on_account(exchange, name) == 0
    assert await losses(exchange) == 0
    assert await dispute_alarms(exchange, order.id) == []


@AMOUNTS
async def test_a_dispute_of_a_delivered_pair_that_is_lost_before_the_payout_is_the_exchanges_loss(
    exchange: Exchange, amount: int
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, amount)
    await exchange.later(HOLD)

    await decide(exchange, name, won=False)

    order = await exchange.order(order.id)
    assert (order.freezes, order.payout_status) == (frozenset(), PayoutStatus.PAID)
    assert (await exchange.payout(order.id)).amount == PAYOUT
    assert await losses(exchange) == -amount
    assert await debt_of(exchange, order) == 0
    assert await on_account(exchange, name) == 0
    assert (await exchange.payment(order.id)).refunded == amount
    assert len(await dispute_alarms(exchange, order.id)) == 1


@AMOUNTS
@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_after_the_payout_leaves_the_seller_alone(
    exchange: Exchange, amount: int, won: bool
) -> None:
    order = await paid_order(exchange)
    name = await dispute(exchange, order, amount)
    assert (await exchange.order(order.id)).freezes == frozenset()

    await decide(exchange, name, won=won)

    order = await exchange.order(order.id)
    assert order.payout_status is PayoutStatus.PAID
    assert await debt_of(exchange, order) == 0
    assert await losses(exchange) == (0 if won else -amount)
    assert await in_escrow(exchange, order.id) == 0


async def test_a_seller_at_fault_owes_the_payout_when_an_admin_refunds_the_order_at_their_cost(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    name = await dispute(exchange, order)
    await decide(exchange, name, won=False)

    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="the pair was swapped", borne_by=Bearer.SELLER
    )
    await exchange.quiet()

    order = await exchange.order(order.id)
    assert order.payout_status is PayoutStatus.RECLAIMED
    assert await debt_of(exchange, order) == -PAYOUT
    assert await losses(exchange) == 0
    assert (await exchange.payment(order.id)).refunded == TOTAL


@pytest.mark.parametrize(
    "status", [OrderStatus.CONFIRMED, OrderStatus.AUTHENTICATING, OrderStatus.AUTH_PASSED]
)
async def test_a_dispute_that_is_lost_before_the_pair_was_sent_waits_for_an_admin(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    name = await dispute(exchange, order)
    await decide(exchange, name, won=False)

    order = await exchange.order(order.id)
    assert order.freezes == FROZEN
    assert await in_escrow(exchange, order.id) == 0
    assert await losses(exchange) == 0

    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="the bank refunded it", borne_by=Bearer.SELLER
    )
    await exchange.quiet()

    order = await exchange.order(order.id)
    assert (order.status, order.payment_status) == (
        OrderStatus.CANCELLED,
        PaymentStatus.REFUNDED,
    )
    assert await losses(exchange) == 0
    assert (await exchange.payment(order.id)).refunded == TOTAL


async def test_a_buyer_is_not_refunded_while_the_bank_may_refund_them(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUND_DUE

    await decide(exchange, name, won=False)

    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert await losses(exchange) == 0
    assert await exchange.provider.balance() == 0


async def test_a_refund_that_waited_for_a_dispute_is_made_when_it_is_won(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, 5_000)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()

    await decide(exchange, name, won=True)

    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0


async def test_the_rest_stays_due_after_a_part_was_lost_because_the_provider_refunds_no_more(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, 5_000)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()

    await decide(exchange, name, won=False)

    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUND_DUE
    assert (await exchange.payment(order.id)).left == TOTAL - 5_000
    [alarm] = await alarms(exchange, order.id)
    assert "declined to refund 164.00: charge_disputed" in alarm


async def test_a_dispute_after_a_refund_in_part_takes_no_more_than_is_left(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    await refund(exchange, order.id, 1_400)
    name = await dispute(exchange, order)
    assert (await only(exchange)).amount == TOTAL - 1_400

    await decide(exchange, name, won=False)

    assert await losses(exchange) == -(TOTAL - 1_400)
    assert await in_escrow(exchange, order.id) == -1_400
    assert (await exchange.payment(order.id)).refunded == TOTAL


async def test_two_disputes_of_a_charge_hold_the_payout_until_both_are_over(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    one, two = await dispute(exchange, order, 5_000), await dispute(exchange, order, 3_000)
    await exchange.later(HOLD)

    await decide(exchange, one, won=True)
    assert (await exchange.order(order.id)).freezes == FROZEN
    await decide(exchange, two, won=False)

    order = await exchange.order(order.id)
    assert order.payout_status is PayoutStatus.PAID
    assert await losses(exchange) == -3_000
    assert [each.status for each in await known(exchange)] == [
        DisputeStatus.WON,
        DisputeStatus.LOST,
    ]


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_of_a_charge_in_suspense(exchange: Exchange, won: bool) -> None:
    charge = await dashboard(exchange).charge(None, 5_000)
    await told_of_latest(exchange)
    name = await dashboard(exchange).dispute(charge.id, 5_000, exchange.clock.now())
    await told_of_latest(exchange)
    assert await on_account(exchange, name) == -5_000
    assert (await only(exchange)).order_id is None
    assert len(await dispute_alarms(exchange, None)) == 1

    await decide(exchange, name, won=won)

    assert await in_suspense(exchange, charge.id) == (5_000 if won else 0)
    assert await losses(exchange) == 0


async def test_a_question_of_the_bank_moves_no_money_and_freezes_nothing(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    charge_id = await charge_of(exchange, order.id)
    name = await dashboard(exchange).inquire(charge_id, TOTAL, exchange.clock.now())
    await told_of_latest(exchange)
    assert (await only(exchange)).status is DisputeStatus.INQUIRY_NEEDS_RESPONSE
    assert len(await dispute_alarms(exchange, order.id)) == 1

    await decide(exchange, name, won=True)
    await exchange.later(HOLD)

    assert (await only(exchange)).status is DisputeStatus.INQUIRY_CLOSED
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await dispute_alarms(exchange, order.id) == []
    assert await exchange.provider.balance() == TOTAL - PAYOUT


async def test_a_dispute_that_the_exchange_was_not_told_of_is_found_by_verify(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, told=False)

    [found] = await findings(exchange)

    assert f"the provider took back 214.00 ({name}), and the ledger has 0.00" in found
    assert await exchange.app.disputes.find_disputes() == 1


async def test_a_dispute_whose_account_differs_is_found_by_verify(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dispute(exchange, order)
    known_one = await only(exchange)
    async with exchange.store.transaction():
        await exchange.store.disputes.save(replace(known_one, withdrawn=100))

    charge_id = known_one.charge_id
    assert await findings(exchange) == [
        f"ledger: charge {charge_id}: its disputed account has -214.00; it should have -1.00"
    ]

    async with exchange.store.transaction():
        await exchange.store.disputes.save(known_one)


async def test_the_exchange_bears_a_lost_dispute_also_after_another_refund_has_failed(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    made = await dashboard(exchange).refund(await charge_of(exchange, order.id), 1_000)
    await told_of_latest(exchange)
    await decide(exchange, await dispute(exchange, order, 5_000), won=False)
    bear = exchange.app.payments.bear_shortfall
    await bear(exchange.admin, order.id, borne_by=Bearer.SELLER, reason="a test")

    await dashboard(exchange).fail_refund(made.id)
    await told_of_latest(exchange)

    assert (await losses(exchange), await debt_of(exchange, order)) == (-5_000, 0)
    assert await in_escrow(exchange, order.id) == 0


async def test_a_buyer_is_not_refunded_otherwise_while_the_bank_may_refund_them(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    refund_, why = exchange.app.orders.refund_order, {"reason": "a fake"}
    await refund_(exchange.admin, order.id, borne_by=Bearer.SELLER, **why)
    await exchange.quiet()
    for _ in range(3):
        made = (await exchange.payment(order.id)).refund_id
        assert made is not None
        await dashboard(exchange).fail_refund(made)
        await told_of_latest(exchange)
        await exchange.quiet()
    name = await dispute(exchange, order, 5_000)
    otherwise = exchange.app.payments.refund_otherwise
    with pytest.raises(MoneyDisputed):
        await otherwise(exchange.admin, order.id, **why)
    await decide(exchange, name, won=False)
    assert await otherwise(exchange.admin, order.id, **why) == TOTAL - 5_000
