"""Work out the fees of trades."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.ids import UserId
from ...ports.language.money import Cents
from ...ports.language.orders import Fees
from ...ports.language.payments import Quarter, SalesVolume
from ...ports.language.rules import MarketRules
from ...ports.payments import FeeSchedule, SellerRecords
from .fees import fees_of
from .levels.seller_levels import level_of

_NOTHING = SalesVolume()


@dataclass(frozen=True, slots=True)
class QuoteFees(FeeSchedule):
    """Works out fees from the price of a trade and its seller's current level."""

    seller_records: SellerRecords
    clock: Clock
    rules: MarketRules

    async def quote(self, sales: Sequence[tuple[UserId, Cents]]) -> Sequence[Fees]:
        """Return the fees of each (seller, price), in the same order."""
        this = Quarter.of(self.clock.now())
        records = await self.seller_records.of(
            {seller for seller, _ in sales}, {this, this.previous}
        )
        return [
            fees_of(
                price,
                level_of(
                    records.get((seller, this), _NOTHING),
                    records.get((seller, this.previous), _NOTHING),
                    self.rules,
                ),
                self.rules,
            )
            for seller, price in sales
        ]
