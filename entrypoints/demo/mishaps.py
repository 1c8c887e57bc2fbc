"""Trades of the demo that fail on purpose, and so are no sales."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from .files import SaleRow
from .market import Market
from .people import People
from .warehouse import Warehouse

MISHAPS = 4
"""The number of failing trades."""

_LONG_ENOUGH = timedelta(days=5)
"""Longer than two business days, even across a weekend."""


async def make_failing_trades(
    market: Market,
    warehouse: Warehouse,
    people: People,
    row: SaleRow,
    advance: Callable[[timedelta], Awaitable[None]],
) -> None:
    """Make four trades of a pair like `row` that fail in different ways.

    A pair fails authentication. A seller cancels an order whose charge had to be retried. A seller
    never ships until the deadline. A card is declined, and the ask that returned to its book is
    cancelled. Raises ApiRefusal.
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
    await advance(_LONG_ENOUGH)
    await warehouse.until(forgotten, "cancelled")

    unpaid = await market.trade(people.declined_buyer, seller, row.product, row.size, row.price)
    await warehouse.until(unpaid, "cancelled")
    await market.withdraw(seller, unpaid)
