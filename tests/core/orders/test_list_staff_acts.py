"""What an admin is shown that they can do with an order is what the use cases take."""

import pytest

from solebook.core.orders.list_staff_acts import StaffAct
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.ids import OrderId
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...exchange import Exchange


async def possible(exchange: Exchange, order_id: OrderId) -> frozenset[StaffAct]:
    return await exchange.app.orders.list_staff_acts(OPERATOR, order_id)


async def test_order_of_a_moment_can_be_cancelled_refunded_and_frozen(exchange: Exchange) -> None:
    order = await exchange.trade()

    assert await possible(exchange, order.id) == {
        StaffAct.CANCEL,
        StaffAct.REFUND,
        StaffAct.FREEZE_PAYOUT,
    }
    with pytest.raises(IllegalMove):
        await exchange.app.orders.confirm_delivery(OPERATOR, order.id)


async def test_frozen_payout_can_be_released_and_a_refunded_order_is_over(
    exchange: Exchange,
) -> None:
    order, orders = await exchange.trade(), exchange.app.orders
    await orders.freeze_payout(OPERATOR, order.id, reason="an odd price")
    frozen = await possible(exchange, order.id)
    assert StaffAct.RELEASE_PAYOUT in frozen
    assert StaffAct.FREEZE_PAYOUT not in frozen

    await orders.refund_order(OPERATOR, order.id, reason="lost", borne_by=Bearer.EXCHANGE)

    left = await possible(exchange, order.id)
    assert not left & {StaffAct.CANCEL, StaffAct.REFUND, StaffAct.DECIDE_COMPLAINT}


async def test_admin_who_is_a_party_can_do_nothing(exchange: Exchange) -> None:
    order = await exchange.trade()
    party = Actor(order.seller_id, frozenset({Role.ADMIN}))

    assert await exchange.app.orders.list_staff_acts(party, order.id) == frozenset()
