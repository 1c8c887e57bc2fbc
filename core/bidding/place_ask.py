"""An ask is placed."""

from dataclasses import dataclass
from typing import ClassVar

from ...ports.language.errors import PayoutAccountMissing, TradingSuspended
from ...ports.language.market import Side
from ...ports.language.users import TraderStanding
from .place_on_side import PlaceOnSide


@dataclass(frozen=True, slots=True)
class PlaceAsk(PlaceOnSide):
    """A seller offers one pair of a product in a size and condition for an amount.

    The seller needs a payout account and may not be suspended. An active ask is one unit of
    stock. It trades at once with the highest bid that is no lower, at that bid's amount; else it
    rests (`gtc`) or is refused (`ioc`, "sell now", where the amount is the least the seller
    takes).
    """

    side: ClassVar[Side] = Side.ASK

    def check_standing(self, standing: TraderStanding) -> None:
        """Check that the user may ask. Raises TradingSuspended, PayoutAccountMissing."""
        if standing.suspended:
            raise TradingSuspended
        if not standing.has_payout_account:
            raise PayoutAccountMissing
