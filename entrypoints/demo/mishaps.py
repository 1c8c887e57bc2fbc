"""What goes wrong in the demo, and so is no sale."""

from collections.abc import Callable
from datetime import timedelta

from .files import SaleRow
from .market import Market
from .people import People
from .warehouse import Warehouse

MISHAPS = 4
"""How many trades go wrong."""

_LONG_ENOUGH = timedelta(days=5)
"""Longer than two business days, wherever the weekend falls."""


async def suffer_mishaps(
    market: Market,
    warehouse: Warehouse,
    people: People,
    row: SaleRow,
    advance: Callable[[timedelta], None],
) -> None:
    """Have four trades of a pair like `row` go wrong, each in a way of its own.

    A pair fails authentication; a seller cancels an order whose charge had to be asked for twice; a
    seller never ships, and time passes; a card declines, and the ask, which went back to its
    book, is taken out. Raises ApiRefusal.
    """
    seller = people.sellers[0]

    fake = await market.trade(people.buyers[0], seller, row.product, row.size, row.price)
    await warehouse.fail(fake)

    regretted = await market.trade(people.unlucky_buyer, seller, row.product, row.size, row.price)
    await warehouse.until(regretted, "confirmed")
    reason = {"reason": "sold it elsewhere"}
    await seller.api.post(f"/orders/{regretted.order_id}/cancellation", reason)

    forgotten = await market.trade(people.buyers[1], seller, row.product, row.size, row.price)
    await warehouse.until(forgotten, "confirmed")
    advance(_LONG_ENOUGH)
    await warehouse.until(forgotten, "cancelled")

    unpaid = await market.trade(people.declined_buyer, seller, row.product, row.size, row.price)
    await warehouse.until(unpaid, "cancelled")
    await market.withdraw(seller, unpaid)
