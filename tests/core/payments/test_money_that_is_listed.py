"""Lists of payouts, of money in suspense and of seller levels."""

import pytest

from solebook.ports.language.errors import Forbidden
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Account, AccountKind, Entry, Transfer
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange

PAGE = PageRequest(limit=10)


async def test_a_seller_sees_their_own_payouts(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(exchange.app.rules.payout_hold)
    list_payouts = exchange.app.payments.list_payouts

    [payout] = (await list_payouts(exchange.seller, PAGE)).items
    assert payout == await exchange.payout(order.id)
    assert (await list_payouts(exchange.buyer, PAGE)).items == ()


async def test_an_admin_sees_what_is_in_suspense_a_page_at_a_time(exchange: Exchange) -> None:
    world = Account(AccountKind.WORLD)
    async with exchange.store.transaction():
        for name, amount in (("ch_1", 500), ("ch_2", -500)):
            suspense = Account(AccountKind.SUSPENSE, name)
            moved = (Entry(world, -amount), Entry(suspense, amount))
            transfer = Transfer(f"charge:{name}", None, exchange.clock.now(), moved)
            await exchange.store.ledger.post(transfer)
    list_suspense = exchange.app.payments.list_suspense

    first = await list_suspense(OPERATOR, 1)
    assert ([item.name for item in first.items], first.next_cursor) == (["ch_1"], "ch_1")
    last = await list_suspense(OPERATOR, 1, "ch_1")
    assert ([item.amount for item in last.items], last.next_cursor) == ([-500], None)
    with pytest.raises(Forbidden):
        await list_suspense(exchange.seller, 1)


async def test_an_admin_sees_the_levels_of_sellers(exchange: Exchange) -> None:
    seller_id = exchange.seller.user_id
    view_seller_levels = exchange.app.payments.view_seller_levels

    assert await view_seller_levels(OPERATOR, [seller_id]) == {seller_id: 1}
    with pytest.raises(Forbidden):
        await view_seller_levels(exchange.seller, [seller_id])
