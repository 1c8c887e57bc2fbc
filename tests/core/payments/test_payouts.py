"""The seller is paid once after the hold, minus fees and debt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.operations import Operation
from solebook.composition.engine import engine_of
from solebook.core.payments.transfers import debt, escrow, payable
from solebook.ports.language.events import OrderAuthFailed, PayoutAccountChanged, PayoutDue
from solebook.ports.language.orders import CancelReason, Order, OrderStatus, PayoutStatus
from solebook.ports.language.payments import Account, AccountKind, Entry, PayoutState
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor

from ...exchange import Exchange, build_exchange
from ...invariants import check_invariants

HOLD = timedelta(days=3)
FEES, PROCESSING, SHIPPING, PENALTIES = (
    Account(AccountKind.FEES),
    Account(AccountKind.PROCESSING),
    Account(AccountKind.SHIPPING),
    Account(AccountKind.PENALTIES),
)


async def paid_out(
    exchange: Exchange, *, seller: Actor | None = None, price: int = 20_000
) -> Order:
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller, price=price)
    await exchange.later(HOLD)
    return await exchange.order(order.id)


async def owed(exchange: Exchange, seller: Actor | None = None) -> int:
    return -await exchange.store.ledger.balance(debt((seller or exchange.seller).user_id))


def due(order: Order) -> PayoutDue:
    return PayoutDue(
        order_id=order.id,
        seller_id=order.seller_id,
        price=order.price,
        payout=order.payout_amount,
        transaction_fee=order.fees.transaction,
        processing_fee=order.fees.processing,
        shipping_fee=order.fees.shipping,
    )


# ---- payouts ---------------------------------------------------------------------------------


async def test_the_escrow_is_shared_out_to_the_cent(exchange: Exchange) -> None:
    order = await paid_out(exchange)
    entries = await exchange.store.ledger.entries(order.id)
    assert list(entries[2:]) == [
        Entry(escrow(order.id), -21_400),
        Entry(payable(order.seller_id), 17_600),
        Entry(FEES, 1_800),
        Entry(PROCESSING, 600),
        Entry(SHIPPING, 1_400),
        Entry(payable(order.seller_id), -17_600),
        Entry(Account(AccountKind.WORLD), 17_600),
    ]
    payout = await exchange.payout(order.id)
    assert (payout.amount, payout.debt_settled) == (17_600, 0)
    assert (payout.state, payout.paid_at) == (PayoutState.PAID, exchange.clock.now())
    assert order.payout_status is PayoutStatus.PAID
    assert await exchange.provider.balance() == 21_400 - 17_600


@pytest.mark.parametrize("account", [tokens.ACCOUNT_THAT_FAILS_ONCE, tokens.ACCOUNT_THAT_TIMES_OUT])
async def test_payout_with_a_lost_answer_is_retried(exchange: Exchange, account: str) -> None:
    seller = await exchange.new_seller(account)
    order = await paid_out(exchange, seller=seller)
    assert order.payout_status is PayoutStatus.HELD
    # Retrying with another account could pay twice.
    await exchange.app.users.set_payout_account(seller, account=tokens.CLOSED_ACCOUNT)
    await exchange.quiet()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert (await exchange.payout(order.id)).account == account
    assert await exchange.provider.balance() == 21_400 - 17_600


async def test_a_refused_payout_stays_owed_to_the_seller(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid_out(exchange, seller=seller)
    assert order.payout_status is PayoutStatus.FAILED
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.reason) == (PayoutState.REFUSED, "account_closed")
    assert await exchange.store.ledger.balance(payable(seller.user_id)) == 17_600
    assert await exchange.store.ledger.balance(escrow(order.id)) == 0
    assert await exchange.provider.balance() == 21_400


async def test_seller_with_a_new_account_is_paid_the_refused_payout(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    refused = [await paid_out(exchange, seller=seller) for _ in range(2)]
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT_THAT_TIMES_OUT)
    await exchange.quiet()

    for order in refused:
        payout = await exchange.payout(order.id)
        assert (payout.state, payout.account) == (PayoutState.PAID, tokens.ACCOUNT_THAT_TIMES_OUT)
        assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert await exchange.store.ledger.balance(payable(seller.user_id)) == 0
    assert await exchange.provider.balance() == 2 * (21_400 - 17_600)


async def test_setting_the_same_account_again_retries_the_payout(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid_out(exchange, seller=seller)
    for _ in range(2):
        await exchange.app.users.set_payout_account(seller, account=tokens.CLOSED_ACCOUNT)
        await exchange.quiet()
    keys = await exchange.provider.journal.consult(
        lambda provider: [
            call.request.key
            for call in provider.calls
            if call.request.operation is Operation.PAYOUT
        ]
    )
    assert len(keys) == len(set(keys)) == 3
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.refusals) == (PayoutState.REFUSED, 3)


async def test_unanswered_payout_goes_to_no_other_account(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid_out(exchange, seller=seller)
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT_THAT_TIMES_OUT)
    await exchange.workers.settle()
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.workers.settle()
    assert (await exchange.payout(order.id)).state is PayoutState.DUE

    await exchange.quiet()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.account) == (PayoutState.PAID, tokens.ACCOUNT_THAT_TIMES_OUT)
    assert await exchange.provider.balance() == 21_400 - 17_600


async def test_late_refusal_does_not_refuse_the_next_request(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid_out(exchange, seller=seller)
    refused = await exchange.payout(order.id)
    async with exchange.store.transaction():  # as if the next request were under way
        asked = replace(refused, state=PayoutState.DUE, account=tokens.ACCOUNT, reason=None)
        await exchange.store.payouts.save(asked)
    payables = exchange.app.payments.pay_seller.payables
    await payables.ask(replace(refused, state=PayoutState.DUE, refusals=0))
    assert await exchange.payout(order.id) == asked
    await payables.ask(asked)
    await exchange.quiet()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID


async def test_new_account_is_paid_if_the_pending_request_to_the_old_one_is_refused(
    exchange: Exchange,
) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    refused = await paid_out(exchange, seller=seller)
    order = await paid_out(exchange, seller=seller)
    async with exchange.store.transaction():  # as if the answer were still missing
        asked = replace(await exchange.payout(order.id), state=PayoutState.DUE)
        await exchange.store.payouts.save(asked)
    await exchange.app.users.set_payout_account(seller, account=tokens.ACCOUNT)
    await exchange.workers.settle()
    assert (await exchange.payout(refused.id)).state is PayoutState.PAID
    assert await exchange.payout(order.id) == asked
    await exchange.app.payments.pay_seller(due(order))
    await exchange.quiet()
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.account) == (PayoutState.PAID, tokens.ACCOUNT)


async def test_replaced_account_is_not_paid_a_refused_payout(
    exchange: Exchange,
) -> None:
    """The event of the previous account may be late or a duplicate."""
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await paid_out(exchange, seller=seller)
    await exchange.app.payments.retry_payouts(
        PayoutAccountChanged(seller.user_id, "acct_that_was_replaced")
    )
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.account) == (PayoutState.REFUSED, tokens.CLOSED_ACCOUNT)


async def test_a_seller_without_an_account_is_not_paid(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    async with exchange.store.transaction():
        seller = await exchange.store.users.get(order.seller_id)
        await exchange.store.users.save(replace(seller, payout_account=None))
    await exchange.later(HOLD)
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.reason) == (PayoutState.REFUSED, "no payout account on file")


async def test_duplicate_payout_due_pays_nothing_more(exchange: Exchange) -> None:
    order = await paid_out(exchange)
    for _ in range(3):
        await exchange.app.payments.pay_seller(due(order))
    await exchange.workers.settle()
    assert await exchange.order(order.id) == order
    assert await exchange.provider.balance() == 21_400 - 17_600


# ---- penalties and debt ----------------------------------------------------------------------


@pytest.mark.parametrize(("price", "penalty"), [(20_000, 3_000), (2_500, 1_500)])
async def test_a_seller_who_cancels_owes_the_penalty(
    exchange: Exchange, price: int, penalty: int
) -> None:
    order = await exchange.trade(OrderStatus.CANCELLED, price=price)
    assert order.cancel_reason is CancelReason.SELLER_CANCELLED
    assert await owed(exchange) == penalty
    assert await exchange.store.ledger.balance(PENALTIES) == penalty


async def test_a_seller_who_does_not_ship_owes_the_penalty(exchange: Exchange) -> None:
    await exchange.trade()
    await exchange.later(timedelta(days=2))
    assert await owed(exchange) == 3_000


async def test_a_seller_of_a_pair_that_fails_owes_the_penalty(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.AUTH_FAILED)
    assert await owed(exchange) == 3_000


async def test_seller_owes_nothing_if_others_broke_off_the_trade(exchange: Exchange) -> None:
    for order in (await exchange.trade(), await exchange.trade(OrderStatus.SELLER_SHIPPING)):
        await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="a mistake")
    poor = await exchange.new_buyer(tokens.DECLINED_CARD)
    await exchange.match(buyer=poor)
    await exchange.workers.settle()
    statuses = {order.status for order in await exchange.orders()}
    assert statuses == {OrderStatus.CANCELLED}
    assert await owed(exchange) == 0


async def test_market_without_penalties_charges_none() -> None:
    exchange = build_exchange(rules=MarketRules(penalty=0, min_penalty=0))
    await exchange.open()
    await exchange.trade(OrderStatus.CANCELLED)
    await exchange.trade(OrderStatus.AUTH_FAILED)
    assert await owed(exchange) == 0
    assert not await exchange.waiting()
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()


async def test_penalty_that_rounds_to_zero_is_not_posted() -> None:
    exchange = build_exchange(rules=MarketRules(penalty=1, min_penalty=0))
    await exchange.open()
    await exchange.trade(OrderStatus.CANCELLED, price=2_500)
    assert await owed(exchange) == 0
    assert not await exchange.waiting()
    await engine_of(exchange.app).stop()


async def test_an_order_is_penalised_once(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTH_FAILED)
    failed = OrderAuthFailed(order.id, order.buyer_id, order.seller_id, order.price, "a fake")
    for _ in range(3):
        await exchange.app.payments.penalise_seller(failed)
    assert await owed(exchange) == 3_000


async def test_a_debt_is_settled_from_the_next_payouts(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)
    small = await paid_out(exchange, price=2_500)  # which leaves the seller 1_925
    payout = await exchange.payout(small.id)
    assert (payout.amount, payout.debt_settled, payout.state) == (0, 1_925, PayoutState.PAID)
    assert small.payout_status is PayoutStatus.PAID
    assert await owed(exchange) == 3_000 - 1_925
    large = await paid_out(exchange)
    payout = await exchange.payout(large.id)
    assert (payout.amount, payout.debt_settled) == (17_600 - 1_075, 1_075)
    assert await owed(exchange) == 0
    assert (await exchange.payout((await paid_out(exchange)).id)).amount == 17_600


async def test_payout_of_zero_is_not_requested_from_the_provider(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)
    before = len(await exchange.provider.webhooks())
    await paid_out(exchange, price=2_500)
    assert len(await exchange.provider.webhooks()) == before + 1  # the charge


async def test_nobody_pays_for_another_seller(exchange: Exchange) -> None:
    other = await exchange.new_seller()
    await exchange.trade(OrderStatus.CANCELLED, seller=other)
    order = await paid_out(exchange)
    assert (await exchange.payout(order.id)).amount == 17_600
    assert await owed(exchange, other) == 3_000


async def test_two_payouts_at_once_settle_a_debt_once(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.CANCELLED)
    orders = [await exchange.trade(OrderStatus.DELIVERED) for _ in range(3)]
    await exchange.later(HOLD)
    payouts = [await exchange.payout(order.id) for order in orders]
    assert sorted(payout.debt_settled for payout in payouts) == [0, 0, 3_000]


async def test_refused_payout_settles_the_debt_too(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    await exchange.trade(OrderStatus.CANCELLED, seller=seller)
    await paid_out(exchange, seller=seller)
    assert await owed(exchange, seller) == 0
    assert await exchange.store.ledger.balance(payable(seller.user_id)) == 14_600


async def test_ledger_balances_without_fees_and_shipping() -> None:
    rules = MarketRules(
        shipping_fee=0,
        processing_fee=0,
        min_transaction_fee=0,
        transaction_fees=(0, 0, 0, 0, 0),
        payout_hold=timedelta(0),
    )
    exchange = build_exchange(rules=rules)
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    assert (await exchange.payout(order.id)).amount == order.price
    assert await exchange.provider.balance() == 0
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()
