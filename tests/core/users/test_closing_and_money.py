"""What a closed account may still owe, get or have to prove keeps it from erasure."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.composition.engine import engine_of
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import AccountNeeded, Forbidden, InvalidText
from solebook.ports.language.orders import Order, OrderStatus, PayoutStatus
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR, Actor, User

from ...exchange import Exchange, build_exchange
from ..payments.disputes.stories import decide, dispute, only
from ..payments.reports import dashboard, told_of_latest

PASSWORD = "correct horse"
HOLD, DAY = timedelta(days=3), timedelta(days=1)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


async def close(exchange: Exchange, actor: Actor) -> None:
    await exchange.app.closing.close_account(actor, password=PASSWORD)
    await exchange.workers.settle()


async def user_of(exchange: Exchange, actor: Actor) -> User:
    return await exchange.store.users.get(actor.user_id)


async def is_erased(exchange: Exchange, actor: Actor) -> bool:
    return (await user_of(exchange, actor)).erased_at is not None


async def paid_out(exchange: Exchange, seller: Actor | None = None) -> Order:
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(HOLD)
    return await exchange.order(order.id)


async def test_a_dispute_after_the_payout_hinders_the_closing(exchange: Exchange) -> None:
    order = await paid_out(exchange)
    assert order.payout_status is PayoutStatus.PAID
    name = await dispute(exchange, order)
    with pytest.raises(AccountNeeded) as refused:
        await exchange.app.closing.close_account(exchange.buyer, password=PASSWORD)
    assert refused.value.because == ("dispute",)
    await decide(exchange, name, won=True)
    await close(exchange, exchange.buyer)


async def test_an_account_is_kept_while_its_charge_is_disputed(exchange: Exchange) -> None:
    order = await paid_out(exchange)
    await close(exchange, exchange.buyer)
    name = await dispute(exchange, order)
    await exchange.later(20 * DAY)
    assert not await is_erased(exchange, exchange.buyer)
    await decide(exchange, name, won=True)
    await exchange.later(20 * DAY)
    assert await is_erased(exchange, exchange.buyer)


async def test_a_late_dispute_is_answered_with_the_address_and_no_made_up_name(
    exchange: Exchange,
) -> None:
    order = await paid_out(exchange)
    await close(exchange, exchange.buyer)
    await exchange.later(20 * DAY)
    assert await is_erased(exchange, exchange.buyer)
    await dispute(exchange, order)
    view = exchange.app.disputes.view_dispute
    _, evidence = await view(OPERATOR, (await only(exchange)).id)
    assert evidence.shipping_address.startswith("1 Test Street, ")
    assert (evidence.customer_name, evidence.customer_email) == ("", "")


async def test_a_seller_who_was_paid_early_is_kept_while_the_buyer_may_complain() -> None:
    exchange = build_exchange(
        rules=MarketRules(early_payout_level=1, complaint_window=30 * DAY, payout_hold=HOLD)
    )
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    await close(exchange, exchange.seller)
    await exchange.later(29 * DAY)
    assert not await is_erased(exchange, exchange.seller)
    await exchange.later(2 * DAY)
    assert await is_erased(exchange, exchange.seller)
    await engine_of(exchange.app).stop()


async def test_an_account_is_kept_for_days_after_its_last_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await close(exchange, exchange.seller)
    await exchange.later(12 * DAY)
    await exchange.deliver(order.id)
    await exchange.later(HOLD)
    await exchange.later(9 * DAY)
    assert (await exchange.payout(order.id)).account == tokens.ACCOUNT
    assert not await is_erased(exchange, exchange.seller)
    await exchange.later(2 * DAY)
    assert await is_erased(exchange, exchange.seller)


async def test_a_refused_payout_keeps_the_seller_and_not_the_buyer(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await close(exchange, exchange.buyer)
    await close(exchange, seller)
    await exchange.later(HOLD)
    await exchange.later(20 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.FAILED
    assert await is_erased(exchange, exchange.buyer)
    assert not await is_erased(exchange, seller)


async def test_staff_name_another_account_for_a_refused_payout_of_a_closed_seller(
    exchange: Exchange,
) -> None:
    app, seller = exchange.app, await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    name_account = app.users.set_payout_account.for_user
    with pytest.raises(InvalidText):
        await name_account(OPERATOR, seller.user_id, account=tokens.ACCOUNT, reason="asked for it")
    await close(exchange, seller)
    await exchange.later(HOLD)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.FAILED
    with pytest.raises(Forbidden):
        await name_account(seller, seller.user_id, account=tokens.ACCOUNT, reason="mine")
    entry = await name_account(
        OPERATOR, seller.user_id, account=tokens.ACCOUNT, reason="asked for by a letter"
    )
    assert entry.act.action is AuditAction.PAYOUT_ACCOUNT_NAMED
    await exchange.quiet()
    assert (await exchange.payout(order.id)).account == tokens.ACCOUNT
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert (await user_of(exchange, seller)).roles == frozenset()
    await exchange.later(11 * DAY)
    assert await is_erased(exchange, seller)


async def test_a_payout_that_comes_back_after_the_erasure_is_paid_to_another_account(
    exchange: Exchange,
) -> None:
    order = await paid_out(exchange)
    await close(exchange, exchange.seller)
    await exchange.later(20 * DAY)
    assert await is_erased(exchange, exchange.seller)
    payout_id = (await exchange.payout(order.id)).payout_id
    assert payout_id is not None
    await dashboard(exchange).return_payout(payout_id)
    await told_of_latest(exchange)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.FAILED

    await exchange.app.users.set_payout_account.for_user(
        OPERATOR, exchange.seller.user_id, account="acct_other", reason="asked for by a letter"
    )
    await exchange.app.orders.release_payout(OPERATOR, order.id, reason="the bank returned it")
    await exchange.quiet()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert (await user_of(exchange, exchange.seller)).is_nameless
    await exchange.later(11 * DAY)
    assert await is_erased(exchange, exchange.seller)
    assert (await exchange.payout(order.id)).account is None
    assert (await user_of(exchange, exchange.seller)).payout_account is None
