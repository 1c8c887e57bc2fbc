"""Compares each seller's completed sales of a quarter with their orders."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ....ports.integrity import Snapshot, TradeTally
from ....ports.language.complaints import Bearer
from ....ports.language.ids import UserId
from ....ports.language.integrity import Check, Finding, Trade
from ....ports.language.messages import Queue
from ....ports.language.orders import Order, PaymentStatus
from ....ports.language.payments import Quarter, SalesVolume

_NOTHING = SalesVolume()
_UNDONE = (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)


@dataclass(slots=True)
class QuarterTally(TradeTally):
    """Adds up the completed sales of each seller, which decide their fees.

    They are counted by messages, so sums that differ count only if none is under way about an order
    of the seller.
    """

    _volumes: dict[tuple[UserId, Quarter], SalesVolume] = field(default_factory=dict)

    def add(self, trade: Trade) -> None:
        """Add an order that was delivered, unless its refund took the sale back."""
        order = trade.order
        if order is None or order.delivered_at is None or _is_taken_back(order):
            return
        key = order.seller_id, Quarter.of(order.delivered_at)
        before = self._volumes.get(key, _NOTHING)
        self._volumes[key] = SalesVolume(before.sales + 1, before.volume + order.price)

    async def findings(self, snapshot: Snapshot) -> AsyncIterator[Finding]:
        """Yield the sums that are others. Raises Unavailable."""
        stored = {(s.seller_id, s.quarter): s.volume async for s in snapshot.seller_quarters()}
        for key in stored.keys() | self._volumes.keys():
            found, expected = stored.get(key, _NOTHING), self._volumes.get(key, _NOTHING)
            if found != expected and not await _is_moving(snapshot, key[0]):
                yield _finding(*key, found, expected)


def _is_taken_back(order: Order) -> bool:
    return order.payment_status in _UNDONE and order.borne_by is not Bearer.EXCHANGE


async def _is_moving(snapshot: Snapshot, seller_id: UserId) -> bool:
    """Return whether a message about an order of the seller is under way."""
    orders = await snapshot.orders_of_seller(seller_id)
    return bool(await snapshot.unsettled(orders, [Queue.TRADE]))


def _finding(
    seller_id: UserId, quarter: Quarter, found: SalesVolume, expected: SalesVolume
) -> Finding:
    return Finding(
        Check.SELLERS,
        f"user {seller_id} in quarter {quarter.year}-{quarter.number}",
        f"{found.sales} sales for {found.volume} minor units are stored; by the orders it should "
        f"be {expected.sales} for {expected.volume}",
    )
