"""The ledger is reconciled with the payment provider, item by item."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.composition.engine import engine_of
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import Movement, MovementKind
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.payments import Account, AccountKind, Entry, Transfer

from ...exchange import Exchange, build_exchange
from .altered_provider import with_movements
from .reconciling import alarms, is_balanced, reconcile, total

HOUR = timedelta(hours=1)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """An open exchange that may differ from its provider at the end."""
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


async def paid_order(exchange: Exchange, card: str = tokens.CARD) -> OrderId:
    """Return an order whose buyer was charged 214.00."""
    order_id = await exchange.match(buyer=await exchange.new_buyer(card))
    await exchange.workers.settle()
    return order_id


def dashboard(exchange: Exchange) -> Dashboard:
    return Dashboard(exchange.provider.journal)


# ---- what only the provider knows ----------------------------------------------------------------


async def test_the_fee_of_a_charge_is_a_cost_of_the_exchange_and_booked_once(
    exchange: Exchange,
) -> None:
    order_id = await paid_order(exchange, tokens.CARD_WITH_A_FEE)
    before = await exchange.store.ledger.entries(order_id)
    assert not await is_balanced(exchange)

    assert await reconcile(exchange) == []
    assert await reconcile(exchange) == []

    assert await total(exchange, AccountKind.PROVIDER_FEES) == -651  # 2.9 % of 214.00, and 0.30
    assert await is_balanced(exchange)
    assert await exchange.store.ledger.entries(order_id) == before


async def test_withdrawals_top_ups_and_fees_alone_are_booked(exchange: Exchange) -> None:
    await paid_order(exchange)
    provider = dashboard(exchange)
    gone = await provider.withdraw(5_000)
    back = await provider.withdraw(700)
    await provider.return_withdrawal(back)
    await provider.top_up(300)
    await provider.take_fee(25)

    assert await reconcile(exchange) == []

    assert await total(exchange, AccountKind.WITHDRAWALS) == -5_000
    assert await total(exchange, AccountKind.TOP_UPS) == 300
    assert await total(exchange, AccountKind.PROVIDER_FEES) == -25
    assert await is_balanced(exchange)
    assert gone != back
    assert await alarms(exchange) == []


async def test_a_movement_of_an_unknown_kind_is_an_adjustment_and_an_alarm(
    exchange: Exchange,
) -> None:
    odd = Movement("9", MovementKind.OTHER, "txn_9", -70, type="reserve_hold")
    await reconcile(with_movements(exchange, extra=[odd]))

    assert await total(exchange, AccountKind.ADJUSTMENTS) == -70
    [alarm] = await alarms(exchange)
    assert "-0.70" in alarm.note
    assert "reserve_hold" in alarm.note


# ---- what differs --------------------------------------------------------------------------------


async def test_a_charge_that_nobody_reported_is_applied_like_its_webhook(
    exchange: Exchange,
) -> None:
    charge = await dashboard(exchange).charge(None, 5_000)

    [found] = await reconcile(exchange)

    assert str(found) == (
        f"name {charge.id}: the provider charged 50.00 ({charge.id}), and the ledger has 0.00"
    )
    assert found.is_under_way
    assert await reconcile(exchange) == []
    assert await total(exchange, AccountKind.SUSPENSE) == 5_000
    assert await is_balanced(exchange)


async def test_a_refund_and_a_payout_that_nobody_reported_are_applied(exchange: Exchange) -> None:
    order_id = await paid_order(exchange)
    payment = await exchange.payment(order_id)
    assert payment.charge_id is not None
    await dashboard(exchange).refund(payment.charge_id, 100)
    paid = await dashboard(exchange).pay_out(order_id, 300)
    assert await reconcile(exchange)
    assert await is_balanced(exchange)

    await dashboard(exchange).return_payout(paid.id)
    assert await reconcile(exchange)

    assert await reconcile(exchange) == []
    assert await is_balanced(exchange)
    assert (await exchange.payment(order_id)).refunded == 100


async def test_a_refund_whose_failure_nobody_reported_is_made_again(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTH_FAILED)
    await exchange.quiet()
    refund_id = (await exchange.payment(order.id)).refund_id
    assert refund_id is not None
    assert await reconcile(exchange) == []
    await dashboard(exchange).fail_refund(refund_id)
    assert not await is_balanced(exchange)

    [found] = await reconcile(exchange)
    assert refund_id in str(found)
    await exchange.quiet()

    assert await reconcile(exchange) == []
    assert await is_balanced(exchange)


async def test_money_that_the_provider_never_moved_is_an_alarm_after_the_time_of_grace(
    exchange: Exchange,
) -> None:
    order_id = await paid_order(exchange)
    world, escrow = Account(AccountKind.WORLD), Account(AccountKind.ESCROW, str(order_id))
    entries = (Entry(world, 2_000), Entry(escrow, -2_000))
    invented = Transfer(f"{order_id}:refund:re_1", order_id, exchange.clock.now(), entries)
    async with exchange.store.transaction():
        assert await exchange.store.ledger.post(invented)

    [found] = await reconcile(exchange)
    assert str(found) == (f"order {order_id}: the provider refunded 0.00, and the ledger has 20.00")
    assert await alarms(exchange) == []
    await exchange.later(HOUR)
    assert await exchange.app.payments.reconcile.is_due()
    assert await reconcile(exchange) == [found]
    [alarm] = await alarms(exchange)
    assert (alarm.order_id, str(found) in alarm.note) == (order_id, True)

    assert await reconcile(exchange) == [found]
    assert [again.count for again in await alarms(exchange)] == [1]
    assert not await exchange.app.payments.reconcile.is_due()


async def test_a_movement_that_the_provider_took_out_or_changed_is_named_in_a_whole_run(
    exchange: Exchange,
) -> None:
    first, second = await paid_order(exchange), await paid_order(exchange)
    assert await reconcile(exchange) == []
    await exchange.later(HOUR)
    [gone, changed] = await exchange.provider.movements("", 10)
    other = replace(changed, amount=changed.amount - 1)

    found = await reconcile(with_movements(exchange, without=[gone], extra=[other]), whole=True)

    assert [each.subject for each in found] == [
        f"movement {changed.place}",
        f"movement {gone.place}",
    ]
    assert changed.name in found[0].what
    assert "has none now" in found[1].what
    assert {first, second} == {gone.order_id, changed.order_id}


async def test_a_fee_that_is_missing_in_the_ledger_is_named_in_a_whole_run(
    exchange: Exchange,
) -> None:
    await paid_order(exchange, tokens.CARD_WITH_A_FEE)
    await reconcile(exchange)
    [charge] = await exchange.provider.movements("", 10)
    world, fees = Account(AccountKind.WORLD), Account(AccountKind.PROVIDER_FEES)
    entries = (Entry(world, -651), Entry(fees, 651))
    back = Transfer("fee:99", None, exchange.clock.now(), entries)
    async with exchange.store.transaction():
        await exchange.store.ledger.post(back)

    [found] = await reconcile(exchange, whole=True)

    assert found.subject == "movement 99"
    assert "6.51" in found.what
    assert charge.place != "99"


# ---- interrupted, twice at once ------------------------------------------------------------------


async def test_a_run_that_was_interrupted_goes_on_where_it_was(exchange: Exchange) -> None:
    for _ in range(3):
        await dashboard(exchange).top_up(100)
    failing = with_movements(exchange, pages=1, size=2)
    with pytest.raises(Unavailable):
        await reconcile(failing)
    assert await total(exchange, AccountKind.TOP_UPS) == 200

    assert await reconcile(exchange) == []

    assert await total(exchange, AccountKind.TOP_UPS) == 300
    assert await is_balanced(exchange)


async def test_it_is_due_once_a_day_at_its_hour_and_after_a_missed_one(exchange: Exchange) -> None:
    run = exchange.app.payments.reconcile
    assert await run.is_due()  # it was never done
    await reconcile(exchange)
    assert not await run.is_due()
    three = (exchange.clock.now() + timedelta(days=1)).replace(hour=3, minute=0, second=0)
    await exchange.later(three - exchange.clock.now() - timedelta(seconds=1))
    assert not await run.is_due()
    await exchange.later(timedelta(seconds=1))
    assert await run.is_due()
    await reconcile(exchange)
    await exchange.later(timedelta(days=5))
    assert await run.is_due()


async def test_a_trade_to_its_end_leaves_nothing_open(exchange: Exchange) -> None:
    await exchange.trade(OrderStatus.DELIVERED)
    await exchange.trade(OrderStatus.AUTH_FAILED)
    await exchange.later(timedelta(days=4))
    assert await reconcile(exchange) == []
    assert await reconcile(exchange, whole=True) == []
    assert await exchange.store.open_items.page("", 10) == []
