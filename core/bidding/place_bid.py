"""Place a bid."""

from dataclasses import dataclass
from typing import ClassVar

from ...ports.language.errors import (
    AddressMissing,
    EmailNotProven,
    PaymentMethodMissing,
    TradingSuspended,
)
from ...ports.language.market import Side
from ...ports.language.users import TraderStanding
from .bid_bars import check_bar
from .place_on_side import PlaceOnSide


@dataclass(frozen=True, slots=True)
class PlaceBid(PlaceOnSide):
    """Places a buyer's bid for one pair of a product in a size and condition.

    The buyer needs a proven email, a shipping address and a payment method, which is charged at the
    match. The buyer must not be suspended, nor barred because of declined cards. The bid trades at
    once with the lowest ask that is not above it, at that ask's amount. Otherwise it rests (`gtc`)
    or is refused (`ioc`, "buy now"). The amount of an `ioc` bid is the most that the buyer pays.
    """

    side: ClassVar[Side] = Side.BID

    def check_standing(self, standing: TraderStanding) -> None:
        """Check that the user may place bids.

        Raises TradingSuspended, BiddingBarred, EmailNotProven, PaymentMethodMissing,
        AddressMissing.
        """
        if standing.suspended:
            raise TradingSuspended
        check_bar(standing, self.clock.now())
        if not standing.email_proven:
            raise EmailNotProven
        if not standing.has_payment_method:
            raise PaymentMethodMissing
        if not standing.has_address:
            raise AddressMissing
