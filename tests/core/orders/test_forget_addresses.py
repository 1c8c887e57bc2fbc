"""Shipping addresses are erased some time after their orders are over."""

from datetime import timedelta

import pytest

from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.retention import Retention

from ...exchange import Exchange
from ..payments.disputes.stories import decide, dispute

DAY = timedelta(days=1)
LIFE = Retention().addresses


async def has_address(exchange: Exchange, order_id: OrderId) -> bool:
    shown = (await exchange.app.orders.view_order(exchange.buyer, order_id)).ship_to
    kept = await exchange.store.destinations.find(order_id)
    assert shown == kept
    return kept is not None


async def test_address_is_erased_when_its_order_has_been_over_for_long(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(4 * DAY)
    over = await exchange.order(order.id)
    assert over.is_over
    await exchange.later(over.updated_at + LIFE - exchange.clock.now())
    assert await has_address(exchange, order.id)
    await exchange.later(timedelta(hours=1))
    assert not await has_address(exchange, order.id)
    assert await exchange.order(order.id) == over


async def test_address_stays_while_its_order_is_not_over_or_disputed(exchange: Exchange) -> None:
    waits = await exchange.trade(OrderStatus.AUTHENTICATING)
    disputed = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(4 * DAY)
    name = await dispute(exchange, await exchange.order(disputed.id))
    await exchange.later(LIFE + 10 * DAY)
    assert await has_address(exchange, waits.id)
    assert await has_address(exchange, disputed.id)
    await decide(exchange, name, won=True)
    await exchange.later(LIFE + DAY)
    assert await has_address(exchange, waits.id)
    assert not await has_address(exchange, disputed.id)


async def test_addresses_beyond_the_first_page_are_erased(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solebook.core.orders.forget_addresses._PAGE", 2)
    orders = [(await exchange.trade()).id for _ in range(3)]
    for order_id in orders:
        await exchange.cancel(order_id)
    await exchange.later(LIFE + DAY)
    assert await exchange.store.destinations.kept(None, 10) == []
