"""View the levels of sellers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.ids import UserId
from ....ports.language.payments import Quarter, SalesVolume
from ....ports.language.rules import MarketRules
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role
from ....ports.payments import SellerRecords
from .seller_levels import level_of

_NOTHING = SalesVolume()


@dataclass(frozen=True, slots=True)
class ViewSellerLevels:
    """Shows the levels of sellers, by their sales in this quarter and the previous one."""

    seller_records: SellerRecords
    clock: Clock
    rules: MarketRules

    async def __call__(self, actor: Actor, sellers: Sequence[UserId]) -> Mapping[UserId, int]:
        """Return the current level of each seller. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "view seller levels")
        this = Quarter.of(self.clock.now())
        sold = await self.seller_records.of(sellers, [this, this.previous])
        return {
            seller: level_of(
                sold.get((seller, this), _NOTHING),
                sold.get((seller, this.previous), _NOTHING),
                self.rules,
            )
            for seller in sellers
        }
