"""A user sees what the exchange owes them and what they owe it."""

from solebook.core.payments.view_balance import Balance
from solebook.ports.language.orders import OrderStatus

from ...exchange import Exchange


async def test_a_seller_sees_the_debt_that_they_owe(exchange: Exchange) -> None:
    view = exchange.app.payments.view_balance
    assert await view(exchange.seller) == Balance(payable=0, debt=0)
    await exchange.trade(OrderStatus.CANCELLED, price=20_000)
    assert await view(exchange.seller) == Balance(payable=0, debt=3_000)
    assert await view(exchange.buyer) == Balance(payable=0, debt=0)
