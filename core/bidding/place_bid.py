"""A bid is placed."""

from dataclasses import dataclass
from typing import ClassVar

from ...ports.language.errors import AddressMissing, PaymentMethodMissing, UserSuspended
from ...ports.language.market import Side
from ...ports.language.users import TraderStanding
from .place_on_side import PlaceOnSide


@dataclass(frozen=True, slots=True)
class PlaceBid(PlaceOnSide):
    """A buyer offers an amount for one pair of a product in a size and condition.

    The buyer needs a payment method on file, to be charged at the match, and a shipping address,
    and may not be suspended.
    The bid trades at once with the lowest ask that is no higher, at that ask's amount; else it
    rests (`gtc`) or is refused (`ioc`, "buy now", where the amount is the most the buyer pays).
    """

    side: ClassVar[Side] = Side.BID

    @staticmethod
    def check_standing(standing: TraderStanding) -> None:
        """Raise UserSuspended, PaymentMethodMissing or AddressMissing if the user may not bid."""
        if standing.suspended:
            raise UserSuspended
        if not standing.has_payment_method:
            raise PaymentMethodMissing
        if not standing.has_address:
            raise AddressMissing
