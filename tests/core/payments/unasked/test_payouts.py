"""Unasked payouts, payouts of a wrong amount, and payouts that came back."""

from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus, PayoutStatus
from solebook.ports.language.payments import PayoutState, Webhook, WebhookKind

from ....exchange import Exchange
from ..reports import (
    FROZEN,
    HOLD,
    PAYOUT,
    alarms,
    dashboard,
    debt_of,
    in_escrow,
    in_suspense,
    owed,
    paid,
    paid_order,
    paid_to,
    payout_id,
    report,
    told_of_everything,
    told_of_latest,
)

NOWHERE = OrderId(UUID(int=1))


def failed(order_id: OrderId | None, webhook_id: str, amount: int, **more: str) -> Webhook:
    kind = WebhookKind.PAYOUT_FAILED
    return Webhook(webhook_id, kind, order_id, amount=amount, **more)


# ---- another amount --------------------------------------------------------------------------


async def test_rest_of_a_short_payout_is_owed_and_frozen(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_HALF)
    await told_of_everything(exchange)
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.paid, payout.owed) == (PayoutState.REFUSED, 8_800, 8_800)
    order = await exchange.order(order.id)
    assert (order.payout_status, order.freezes) == (PayoutStatus.FAILED, FROZEN)
    assert await owed(exchange, order) == 8_800
    assert "payout_reopened" in await exchange.happened(order.id)
    assert len(await alarms(exchange, order.id)) == 1


async def test_an_admin_has_the_rest_of_a_payout_paid(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_HALF)
    seller = next(p for p in exchange.people if p.user_id == order.seller_id)
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.workers.settle()
    assert await owed(exchange, order) == 8_800  # frozen
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="asked the provider")
    await exchange.app.payments.pay_out_again(exchange.admin, order.id, reason="the rest")
    await exchange.quiet()
    await told_of_everything(exchange)
    assert await owed(exchange, order) == 0
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await exchange.provider.balance() == 3_800


async def test_excess_payout_becomes_debt(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_DOUBLE)
    await told_of_everything(exchange)
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    assert (await owed(exchange, order), await debt_of(exchange, order)) == (0, -PAYOUT)
    (note,) = await alarms(exchange, order.id)
    assert "The seller was not owed 176.00 of it" in note


# ---- unasked ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [OrderStatus.CONFIRMED, OrderStatus.DELIVERED])
async def test_a_payout_that_is_not_due_is_a_debt_and_freezes_the_order(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    await dashboard(exchange).pay_out(order.id, 5_000)
    for _ in range(2):
        await told_of_latest(exchange)
    assert await debt_of(exchange, order) == -5_000
    assert (await exchange.order(order.id)).freezes == FROZEN
    assert len(await alarms(exchange, order.id)) == 1


async def test_debt_for_an_early_payout_is_settled_by_the_payout(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dashboard(exchange).pay_out(order.id, 5_000)
    await told_of_latest(exchange)
    await exchange.later(HOLD)
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="it is kept back")
    await exchange.workers.settle()
    assert (await exchange.payout(order.id)).amount == 12_600
    assert (await debt_of(exchange, order), await in_escrow(exchange, order.id)) == (0, 0)


async def test_a_payout_that_is_paid_twice_is_a_debt(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    await dashboard(exchange).pay_out(order.id, PAYOUT)
    await told_of_everything(exchange)
    assert await debt_of(exchange, order) == -PAYOUT
    assert len(await alarms(exchange, order.id)) == 1


async def test_the_same_payout_under_two_events_is_one(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    name = await payout_id(exchange, order)
    await report(exchange, paid(order.id, "evt_1", PAYOUT, reference=name))
    await report(exchange, paid(order.id, "evt_2", PAYOUT, reference=name))
    assert await debt_of(exchange, order) == 0
    assert await alarms(exchange, order.id) == []


@pytest.mark.parametrize("account", [tokens.ACCOUNT, tokens.ACCOUNT_THAT_TIMES_OUT])
async def test_a_nameless_report_of_our_own_payout_is_booked_once(
    exchange: Exchange, account: str
) -> None:
    order = await paid_to(exchange, account)
    for _ in range(2):
        await report(exchange, paid(order.id, "evt_1", PAYOUT))
        await exchange.quiet()
        assert (await exchange.payout(order.id)).state is PayoutState.PAID
        assert await debt_of(exchange, order) == 0
        assert await alarms(exchange, order.id) == []


@pytest.mark.parametrize("account", [tokens.ACCOUNT, tokens.ACCOUNT_THAT_TIMES_OUT])
async def test_a_report_of_our_own_payout_without_its_order_is_booked_once(
    exchange: Exchange, account: str
) -> None:
    order = await paid_to(exchange, account)
    told = [exchange.provider.parse_webhook(*w) for w in await exchange.provider.webhooks()]
    name = told[-1].reference
    assert name is not None
    await report(exchange, paid(None, "evt_1", PAYOUT, reference=name))
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    assert (await in_suspense(exchange, name), await debt_of(exchange, order)) == (0, 0)


async def test_a_payout_of_no_known_order_waits_in_suspense(exchange: Exchange) -> None:
    first = await dashboard(exchange).pay_out(None, 5_000)
    second = await dashboard(exchange).pay_out(NOWHERE, 7_000)
    await told_of_everything(exchange)
    assert await in_suspense(exchange, first.id) == -5_000
    assert await in_suspense(exchange, second.id) == -7_000
    assert len(await alarms(exchange, None)) == 1
    await dashboard(exchange).return_payout(second.id)
    await told_of_latest(exchange)
    assert await in_suspense(exchange, second.id) == 0


# ---- back at the provider --------------------------------------------------------------------


async def test_a_payout_that_came_back_is_owed_again_and_frozen(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    await dashboard(exchange).return_payout(await payout_id(exchange, order))
    for _ in range(2):
        await told_of_latest(exchange)
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.owed, payout.paid_at) == (PayoutState.REFUSED, PAYOUT, None)
    after = await exchange.order(order.id)
    assert (after.payout_status, after.freezes) == (PayoutStatus.FAILED, FROZEN)
    assert await owed(exchange, order) == PAYOUT
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="a new account")
    await exchange.app.payments.pay_out_again(exchange.admin, order.id, reason="a new account")
    await exchange.quiet()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await owed(exchange, order) == 0


@pytest.mark.parametrize("account", [tokens.ACCOUNT, tokens.ACCOUNT_THAT_TIMES_OUT])
@pytest.mark.parametrize("is_named", [True, False])
async def test_a_payout_that_was_told_of_without_its_name_comes_back(
    exchange: Exchange, account: str, is_named: bool
) -> None:
    order = await paid_to(exchange, account)
    await report(exchange, paid(order.id, "evt_1", PAYOUT))
    await exchange.quiet()
    told = [exchange.provider.parse_webhook(*w) for w in await exchange.provider.webhooks()]
    name = told[-1].reference
    assert name is not None
    await dashboard(exchange).return_payout(name)
    more = {"reference": name} if is_named else {}
    await report(exchange, failed(order.id, "evt_2", PAYOUT, **more))
    assert await owed(exchange, order) == PAYOUT
    assert (await exchange.payout(order.id)).state is PayoutState.REFUSED


async def test_a_payout_that_came_back_before_it_was_told_of_is_owed(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_THAT_TIMES_OUT)
    told = [exchange.provider.parse_webhook(*w) for w in await exchange.provider.webhooks()]
    name = told[-1].reference
    assert name is not None
    await dashboard(exchange).return_payout(name)
    await told_of_latest(exchange)
    await exchange.quiet()
    await told_of_everything(exchange)
    assert await owed(exchange, order) == PAYOUT
    assert (await exchange.order(order.id)).freezes == FROZEN


async def test_a_second_payout_that_comes_back_is_no_debt_any_more(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    second = await dashboard(exchange).pay_out(order.id, 5_000)
    await told_of_latest(exchange)
    await dashboard(exchange).return_payout(second.id)
    await told_of_latest(exchange)
    assert await debt_of(exchange, order) == 0
    assert (await exchange.payout(order.id)).state is PayoutState.PAID


async def test_a_payout_that_comes_back_after_its_buyer_was_refunded_is_set_off(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()
    assert await debt_of(exchange, order) == -PAYOUT
    await dashboard(exchange).return_payout(await payout_id(exchange, order))
    await told_of_latest(exchange)
    assert (await debt_of(exchange, order), await owed(exchange, order)) == (0, 0)
    assert (await exchange.payout(order.id)).state is PayoutState.CANCELLED


async def test_a_penalty_that_cannot_be_paid_back_yet_stays_owed(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.ACCOUNT)
    order = await exchange.trade(OrderStatus.SELLER_SHIPPING, seller=seller)
    await exchange.later(timedelta(days=14))
    assert await debt_of(exchange, order) == -3_000
    await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)  # the penalty is settled
    await exchange.app.users.set_payout_account(seller, account=tokens.CLOSED_ACCOUNT)
    await exchange.app.orders.note_carrier_receipt(
        exchange.admin, order.id, reason="the carrier found it"
    )
    await exchange.quiet()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.owed) == (PayoutState.REFUSED, 3_000)
    assert (await owed(exchange, order), await debt_of(exchange, order)) == (3_000, 0)


async def test_a_part_that_comes_back_after_the_rest_was_set_off_is_set_off_too(
    exchange: Exchange,
) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_HALF)
    name = await payout_id(exchange, order)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()
    assert (await debt_of(exchange, order), await owed(exchange, order)) == (-8_800, 0)
    await dashboard(exchange).return_payout(name)
    await told_of_latest(exchange)
    assert (await debt_of(exchange, order), await owed(exchange, order)) == (0, 0)
    assert (await exchange.payout(order.id)).state is PayoutState.CANCELLED


async def test_a_declined_attempt_that_is_reported_changes_nothing(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.CLOSED_ACCOUNT)
    before = await exchange.payout(order.id)
    await told_of_everything(exchange)
    assert await exchange.payout(order.id) == before
    assert await alarms(exchange, order.id) == []


async def test_failure_of_an_unknown_payout_raises_an_alarm(exchange: Exchange) -> None:
    order = await exchange.trade()
    await report(exchange, failed(order.id, "evt_1", 100, reference="po_1"))
    await report(exchange, failed(NOWHERE, "evt_2", 100, reference="po_2"))
    assert len(await alarms(exchange, order.id)) == 1
    assert len(await alarms(exchange, None)) == 1
