"""Payouts that came back in parts."""

from solebook.adapters.embedded import tokens
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.orders import PayoutStatus
from solebook.ports.language.payments import PayoutState

from ....exchange import Exchange
from ..reports import (
    FROZEN,
    PAYOUT,
    alarms,
    check_money,
    dashboard,
    debt_of,
    in_suspense,
    owed,
    paid_order,
    paid_to,
    payout_id,
    told_of_everything,
    told_of_latest,
)


async def test_a_part_that_came_back_is_owed_again_and_admins_are_told(exchange: Exchange) -> None:
    order = await paid_order(exchange)
    name = await payout_id(exchange, order)
    await dashboard(exchange).return_payout(name, 5_000)
    for _ in range(2):
        await told_of_latest(exchange)
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.paid, payout.owed) == (PayoutState.REFUSED, 12_600, 5_000)
    assert await owed(exchange, order) == 5_000
    await check_money(exchange)
    await dashboard(exchange).return_payout(name, 7_000)
    for _ in range(2):
        await told_of_latest(exchange)
    assert (await exchange.payout(order.id)).owed == await owed(exchange, order) == 12_000
    await check_money(exchange)
    told = await alarms(exchange, order.id)
    assert "50.00 of a payout of 176.00 came back" in told[0], told
    assert (await exchange.order(order.id)).freezes == FROZEN

    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="asked the seller")
    await exchange.app.payments.pay_out_again(exchange.admin, order.id, reason="the rest")
    await exchange.quiet()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await owed(exchange, order) == 0
    await check_money(exchange)


async def test_reports_of_parts_are_booked_once_in_any_order(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_THAT_TIMES_OUT)
    told = [exchange.provider.parse_webhook(*w) for w in await exchange.provider.webhooks()]
    name = told[-1].reference
    assert name is not None
    for part in (5_000, 1, None):
        await dashboard(exchange).return_payout(name, part)
    for number in (-2, -1, -3, -2, -4):  # the payout itself is the last
        await exchange.webhook(number)
        await exchange.workers.settle()
    await told_of_everything(exchange)
    assert await owed(exchange, order) == PAYOUT
    await check_money(exchange)


async def test_what_the_seller_was_not_owed_comes_back_first(exchange: Exchange) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_DOUBLE)
    name = await payout_id(exchange, order)
    await dashboard(exchange).return_payout(name, PAYOUT)
    await told_of_latest(exchange)
    assert (await debt_of(exchange, order), await owed(exchange, order)) == (0, 0)
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    await dashboard(exchange).return_payout(name, 100)
    await told_of_latest(exchange)
    assert (await debt_of(exchange, order), await owed(exchange, order)) == (0, 100)
    await check_money(exchange)


async def test_parts_that_come_back_after_the_buyer_was_refunded_reduce_the_debt(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a fake", borne_by=Bearer.SELLER
    )
    await exchange.quiet()
    name = await payout_id(exchange, order)
    for part, debt in ((5_000, -12_600), (600, -12_000), (None, 0)):
        await dashboard(exchange).return_payout(name, part)
        await told_of_latest(exchange)
        assert (await debt_of(exchange, order), await owed(exchange, order)) == (debt, 0)
        await check_money(exchange)


async def test_a_part_that_comes_back_while_the_rest_is_being_paid_stays_owed(
    exchange: Exchange,
) -> None:
    order = await paid_to(exchange, tokens.ACCOUNT_PAID_HALF)
    first = await payout_id(exchange, order)
    seller = next(p for p in exchange.people if p.user_id == order.seller_id)
    account = tokens.ACCOUNT_THAT_TIMES_OUT
    await exchange.app.users.set_payout_account(seller, account=account)
    await exchange.workers.settle()
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="asked the provider")
    await exchange.workers.settle()  # the rest is paid, and its answer is lost
    assert (await exchange.payout(order.id)).state is PayoutState.DUE
    await dashboard(exchange).return_payout(first, 800)
    await told_of_latest(exchange)
    await exchange.quiet()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.owed) == (PayoutState.REFUSED, 800)
    assert await owed(exchange, order) == 800
    await check_money(exchange)


async def test_a_payout_of_no_known_order_comes_back_in_parts(exchange: Exchange) -> None:
    unknown = await dashboard(exchange).pay_out(None, 5_000)
    await told_of_latest(exchange)
    for part, left in ((2_000, -3_000), (1_000, -2_000), (None, 0)):
        await dashboard(exchange).return_payout(unknown.id, part)
        for _ in range(2):
            await told_of_latest(exchange)
        assert await in_suspense(exchange, unknown.id) == left
