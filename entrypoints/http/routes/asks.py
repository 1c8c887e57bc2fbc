"""Asks: what sellers want."""

import msgspec

from ....ports.language.errors import PayoutAccountMissing
from ....ports.language.market import Side
from .quotes import MatchView, QuoteView
from .quotes_controller import QuoteRoutes, quotes_controller


class PlacedAsk(msgspec.Struct, frozen=True):
    """What became of an ask: it rests, or it met a bid."""

    ask: QuoteView
    match: MatchView | None


AsksController = quotes_controller(
    QuoteRoutes(
        side=Side.ASK,
        a_quote="an ask",
        placing="Offer to sell one pair. It meets the highest bid that is no lower, at its price.",
        refusals=(PayoutAccountMissing,),
        use_case=lambda application: application.bidding.place_ask,
        placed=PlacedAsk,
    )
)
