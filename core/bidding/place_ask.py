"""Place an ask."""

from dataclasses import dataclass
from typing import ClassVar

from ...ports.language.errors import EmailNotProven, PayoutAccountMissing, TradingSuspended
from ...ports.language.market import Side
from ...ports.language.users import TraderStanding
from .place_on_side import PlaceOnSide


@dataclass(frozen=True, slots=True)
class PlaceAsk(PlaceOnSide):
    """Places a seller's ask for one pair of a product in a size and condition.

    The seller needs a payout account and a proven email, and must not be suspended. An active ask
    is one unit of stock. It trades at once with the highest bid that is not below it, at that bid's
    amount. Otherwise it rests (`gtc`) or is refused (`ioc`, "sell now"). The amount of an `ioc` ask
    is the least that the seller accepts.
    """

    side: ClassVar[Side] = Side.ASK

    def check_standing(self, standing: TraderStanding) -> None:
        """Check that the user may place asks.

        Raises TradingSuspended, EmailNotProven, PayoutAccountMissing.
        """
        if standing.suspended:
            raise TradingSuspended
        if not standing.email_proven:
            raise EmailNotProven
        if not standing.has_payout_account:
            raise PayoutAccountMissing
