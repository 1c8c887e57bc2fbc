"""A bid is placed."""

from dataclasses import dataclass
from typing import ClassVar

from ...ports.language.errors import AddressMissing, PaymentMethodMissing, TradingSuspended
from ...ports.language.market import Side
from ...ports.language.users import TraderStanding
from .bid_bars import check_bar
from .place_on_side import PlaceOnSide


@dataclass(frozen=True, slots=True)
class PlaceBid(PlaceOnSide):
    """A buyer offers an amount for one pair of a product in a size and condition.

    The buyer needs a payment method on file, to be charged at the match, and a shipping address,
    and may not be suspended, nor barred for declined cards. The bid trades at once with the lowest
    ask that is no higher, at that ask's amount; else it rests (`gtc`) or is refused (`ioc`, "buy
    now", where the amount is the most the buyer pays).
    """

    side: ClassVar[Side] = Side.BID

    def check_standing(self, standing: TraderStanding) -> None:
        """Check that the user may bid.

        Raises TradingSuspended, BiddingBarred, PaymentMethodMissing, AddressMissing.
        """
        if standing.suspended:
            raise TradingSuspended
        check_bar(standing, self.clock.now())
        if not standing.has_payment_method:
            raise PaymentMethodMissing
        if not standing.has_address:
            raise AddressMissing
