"""Orders announce their changes to the order stream."""

import pytest

from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import Side
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest

from ...exchange import Exchange, build_exchange


@pytest.fixture
async def exchange() -> Exchange:
    exchange = build_exchange()
    await exchange.open()
    return exchange


async def test_every_change_is_announced_to_both_parties_only(exchange: Exchange) -> None:
    stream = exchange.app.adapters.order_stream
    async with (
        stream.follow(exchange.buyer.user_id) as bought,
        stream.follow(exchange.seller.user_id) as sold,
        stream.follow(exchange.admin.user_id) as others,
    ):
        order_id = await exchange.match()
        await exchange.workers.settle()
        assert await bought.next() == await sold.next() == order_id
        await exchange.app.orders.extend_shipment(exchange.seller, order_id)
        assert await bought.next() == await sold.next() == order_id
        marker = OrderId(exchange.app.adapters.ids.new())
        stream.tell(marker, exchange.admin.user_id)
        assert await others.next() == marker


async def test_a_rolled_back_change_is_not_announced(exchange: Exchange) -> None:
    order = await exchange.trade()
    async with exchange.app.adapters.order_stream.follow(exchange.buyer.user_id) as reader:

        async def ship_and_fail() -> None:
            async with exchange.store.transaction():
                await exchange.app.orders.ship_pair(
                    exchange.seller, order.id, carrier="UPS", tracking_number="1Z999"
                )
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await ship_and_fail()
        marker = OrderId(exchange.app.adapters.ids.new())
        exchange.app.adapters.order_stream.tell(marker, exchange.buyer.user_id)
        assert await reader.next() == marker


async def test_reads_are_passed_through(exchange: Exchange) -> None:
    order = await exchange.trade()
    orders = exchange.store.orders
    assert await orders.get(order.id) == order
    assert len(await orders.history(order.id)) == order.version
    page = PageRequest(limit=10)
    bought = await orders.of_user(exchange.buyer.user_id, page, Side.BID, OrderStatus.CONFIRMED)
    assert list(bought.items) == [order]
    assert not (await orders.of_user(exchange.buyer.user_id, page, Side.ASK)).items
    assert list((await orders.all(page, OrderStatus.CONFIRMED)).items) == [order]
    assert (await orders.count_by_status())[OrderStatus.CONFIRMED] == 1
