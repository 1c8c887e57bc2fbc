"""Who can list which orders, and which fields they see."""

import pytest

from solebook.ports.language.errors import Forbidden, NotFound
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Role

from ...exchange import Exchange

PAGE = PageRequest(limit=10)


async def test_a_party_lists_their_own_orders_and_sees_their_side_of_the_bill(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    list_orders = exchange.app.orders.list_orders

    [bought] = (await list_orders(exchange.buyer, PAGE, role=Role.BUYER)).items
    assert (bought.id, bought.buyer_total, bought.payout_amount) == (
        order.id,
        order.buyer_total,
        None,
    )
    [sold] = (await list_orders(exchange.seller, PAGE)).items
    assert (sold.id, sold.buyer_total, sold.payout_amount) == (order.id, None, order.payout_amount)
    assert (await list_orders(exchange.seller, PAGE, role=Role.BUYER)).items == ()
    assert (await list_orders(await exchange.person(), PAGE)).items == ()


async def test_staff_list_everybodys_orders_in_a_role_that_they_hold(exchange: Exchange) -> None:
    order = await exchange.trade()
    list_orders = exchange.app.orders.list_orders

    [seen] = (await list_orders(OPERATOR, PAGE, role=Role.ADMIN)).items
    assert (seen.buyer_total, seen.payout_amount) == (order.buyer_total, order.payout_amount)
    delivered = await list_orders(OPERATOR, PAGE, role=Role.ADMIN, status=OrderStatus.DELIVERED)
    assert delivered.items == ()
    for actor, role in ((exchange.buyer, Role.ADMIN), (exchange.admin, Role.AUTHENTICATOR)):
        with pytest.raises(Forbidden):
            await list_orders(actor, PAGE, role=role)


async def test_admin_sees_the_orders_of_a_user_their_money_and_what_they_were_told(
    exchange: Exchange,
) -> None:
    order, app = await exchange.trade(), exchange.app
    await exchange.workers.settle()

    found = await app.orders.list_orders.of_user(OPERATOR, order.seller_id, PAGE)
    assert [each.id for each in found.items] == [order.id]
    other = await exchange.person()
    assert (await app.orders.list_orders.of_user(OPERATOR, other.user_id, PAGE)).items == ()
    entries = await app.payments.list_order_entries(OPERATOR, order.id)
    assert sum(entry.amount for entry in entries) == 0
    assert max(entry.amount for entry in entries) == order.buyer_total
    parties = (order.buyer_id, order.seller_id)
    letters = await app.notifications.list_order_letters(OPERATOR, order.id, parties)
    assert {letter.user_id for letter in letters} == set(parties)
    assert {letter.notice.order_id for letter in letters} == {order.id}


async def test_only_admins_list_frozen_orders_and_count_all(exchange: Exchange) -> None:
    order, orders = await exchange.trade(), exchange.app.orders
    assert (await orders.list_frozen_orders(OPERATOR, PAGE)).items == ()
    await orders.freeze_payout(OPERATOR, order.id, reason="an odd price")

    [frozen] = (await orders.list_frozen_orders(OPERATOR, PAGE)).items
    assert frozen.id == order.id
    assert await orders.count_orders(OPERATOR) == {order.status: 1}
    with pytest.raises(Forbidden):
        await orders.list_frozen_orders(exchange.seller, PAGE)
    with pytest.raises(Forbidden):
        await orders.count_orders(exchange.seller)


async def test_each_party_sees_its_own_address(exchange: Exchange) -> None:
    order, view_order = await exchange.trade(), exchange.app.orders.view_order

    buyers, sellers = (
        await view_order(exchange.buyer, order.id),
        await view_order(exchange.seller, order.id),
    )
    destination = await exchange.store.destinations.find(order.id)
    assert destination is not None
    assert (buyers.ship_to, buyers.warehouse) == (destination, None)
    assert (sellers.ship_to, sellers.warehouse) == (None, exchange.app.warehouse)


async def test_everybody_who_may_see_the_order_sees_its_history(exchange: Exchange) -> None:
    order, view_history = await exchange.trade(), exchange.app.orders.view_history

    events = await view_history(exchange.buyer, order.id)
    assert [event.number for event in events] == list(range(1, order.version + 1))
    with pytest.raises(NotFound):
        await view_history(await exchange.person(), order.id)


async def test_an_admin_finds_an_order_with_its_money(exchange: Exchange) -> None:
    order = await exchange.trade()

    found = await exchange.app.operations.find_order(OPERATOR, order.id)
    assert found.order == order
    assert found.payment == await exchange.payment(order.id)
    assert found.payout is None
    with pytest.raises(Forbidden):
        await exchange.app.operations.find_order(exchange.buyer, order.id)
