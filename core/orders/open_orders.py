"""Matches become orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.books import OpenedOrder
from ...ports.language.market import Match
from ...ports.language.order_history import Opened
from ...ports.language.rules import MarketRules
from ...ports.orders import OrderOpening
from ...ports.payments import FeeSchedule
from ...ports.users import Destinations
from .advance import advance


@dataclass(frozen=True, slots=True)
class OpenOrders(OrderOpening):
    """Each match opens one pending order, which has the match's id.

    What it costs and where the pair goes, the buyer's newest address, are frozen as they are at
    that moment. The buyer has a quarter of an hour to pay. The engine commits the order with its
    match.
    """

    fees: FeeSchedule
    destinations: Destinations
    rules: MarketRules

    async def open(self, matches: Sequence[Match]) -> Sequence[OpenedOrder]:
        """Return the pending order of each match, in their order."""
        all_fees = await self.fees.quote([(match.seller_id, match.price) for match in matches])
        destinations = await self.destinations.of({match.buyer_id for match in matches})
        opened = []
        for match, fees in zip(matches, all_fees, strict=True):
            event = Opened(match, fees, destinations.get(match.buyer_id))
            step = advance(None, event, match.matched_at, self.rules)
            opened.append(OpenedOrder(step.order, (step.recorded,), step.begins, step.messages))
        return opened
