"""Bids: what buyers offer."""

import msgspec

from ....ports.language.errors import AddressMissing, PaymentMethodMissing
from ....ports.language.market import Side
from .quotes import MatchView, QuoteView
from .quotes_controller import QuoteRoutes, quotes_controller


class PlacedBid(msgspec.Struct, frozen=True):
    """What became of a bid: it rests, or it met an ask."""

    bid: QuoteView
    match: MatchView | None


BidsController = quotes_controller(
    QuoteRoutes(
        side=Side.BID,
        a_quote="a bid",
        placing="Offer to buy one pair. It meets the lowest ask that is no higher, at its price.",
        refusals=(PaymentMethodMissing, AddressMissing),
        use_case=lambda application: application.bidding.place_bid,
        placed=PlacedBid,
    )
)
