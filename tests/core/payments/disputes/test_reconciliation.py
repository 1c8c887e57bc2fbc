"""What the nightly reconciliation makes of disputes of which nobody heard."""

import pytest

from solebook.ports.language.disputes import DisputeStatus
from solebook.ports.language.orders import FreezeReason, OrderStatus

from ....exchange import Exchange
from ..reconciling import alarms, is_balanced, reconcile
from ..reports import TOTAL, dashboard, losses, paid_order
from .stories import decide, dispute, dispute_alarms, only


async def test_a_dispute_of_which_nobody_heard_is_reported_and_recorded(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order, told=False)

    [found] = await reconcile(exchange)

    assert f"took back 214.00 ({name}), and the ledger has 0.00" in str(found)
    assert (await only(exchange)).status is DisputeStatus.NEEDS_RESPONSE
    assert (await exchange.order(order.id)).freezes == {FreezeReason.DISPUTE}
    assert len(await dispute_alarms(exchange, order.id)) == 1
    assert await reconcile(exchange) == []
    assert await alarms(exchange) == []
    assert await is_balanced(exchange)


@pytest.mark.parametrize("told", [True, False], ids=["told of it", "found before"])
async def test_money_of_a_dispute_that_came_back_unheard_is_booked(
    exchange: Exchange, told: bool
) -> None:
    order = await paid_order(exchange)
    name = await dispute(exchange, order, told=told)
    await reconcile(exchange)
    await decide(exchange, name, won=True, told=False)

    [found] = await reconcile(exchange)

    assert name in str(found)
    assert found.is_under_way
    assert (await only(exchange)).status is DisputeStatus.WON
    assert await reconcile(exchange) == []
    assert await alarms(exchange) == []
    assert await losses(exchange) == 0


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
async def test_a_dispute_that_was_opened_and_decided_unheard_is_recorded_at_once(
    exchange: Exchange, won: bool
) -> None:
    order = await paid_order(exchange)
    name = await dispute(exchange, order, told=False)
    await decide(exchange, name, won=won, told=False)

    # What was won moved nothing in the end, so it is found only by asking for all disputes.
    found = await reconcile(exchange)
    assert (found == []) is won
    assert await exchange.app.disputes.find_disputes() == 1

    assert (await only(exchange)).status is (DisputeStatus.WON if won else DisputeStatus.LOST)
    assert await losses(exchange) == (0 if won else -TOTAL)
    assert await reconcile(exchange) == []


async def test_an_unheard_dispute_of_a_charge_of_no_order_is_recorded(exchange: Exchange) -> None:
    charge = await dashboard(exchange).charge(None, 5_000)
    await reconcile(exchange)
    await dashboard(exchange).dispute(charge.id, 5_000, exchange.clock.now())

    [found] = await reconcile(exchange)

    assert "took back 50.00" in str(found)
    known = await only(exchange)
    assert (known.charge_id, known.order_id) == (charge.id, None)
    assert await reconcile(exchange) == []
