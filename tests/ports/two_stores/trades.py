"""Trades for races, and what is told about them."""

from datetime import timedelta

from solebook.ports.language.events import Event
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import Order

from ...exchange import Exchange

_TOO_LONG = timedelta(days=5)
"""More than a seller may take to ship."""


async def events_of(exchange: Exchange, *order_ids: OrderId) -> list[Event]:
    """Return what nobody was told yet of these orders."""
    keys = {str(order_id) for order_id in order_ids}
    messages = await exchange.store.outbox.unsent(1_000)
    return [message.event for message in messages if message.key in keys]


async def overdue(exchange: Exchange) -> Order:
    """Return an order whose seller has taken too long to ship."""
    order = await exchange.trade()
    await exchange.clock.advance(_TOO_LONG)
    async with exchange.store.transaction():
        await exchange.store.signs_of_life.note(exchange.clock.now())  # it was up all the time
    return order
