"""Change the amount or the lifetime of a bid or an ask."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.errors import TradingSuspended
from ...ports.language.ids import QuoteId
from ...ports.language.market import Side
from ...ports.language.money import Cents
from ...ports.language.placement import Placement
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor
from ...ports.matching import Matching
from ...ports.quotes import Quotes
from ...ports.users import Traders
from .admission import Admission
from .bid_bars import check_bar
from .own_quotes import own_quote
from .quote_terms import expiry


@dataclass(frozen=True, slots=True)
class RepriceQuote:
    """Changes the amount, the lifetime, or both of the user's own active bid or ask.

    With a new amount, the quote goes to the back of the queue at its price, and may trade at once.
    A new lifetime starts now, and alone it keeps the quote's place. A suspended user cannot change
    quotes, because a changed quote is a new offer.
    """

    quotes: Quotes
    traders: Traders
    matching: Matching
    clock: Clock
    rules: MarketRules
    admission: Admission

    async def __call__(
        self,
        actor: Actor,
        side: Side,
        quote_id: QuoteId,
        *,
        amount: Cents | None = None,
        expires_in_days: int | None = None,
    ) -> Placement:
        """Return the new placement.

        Raises NotFound, QuoteNotActive, OutOfRange, OutsideTick, TradingSuspended, BiddingBarred,
        TradingBarred, BookHalted, TooManyUnpaidOrders, SelfTrade, CounterpartBusy, Overloaded,
        QueueFull, Unavailable.
        """
        quote = await own_quote(self.quotes, actor, side, quote_id)
        standing = await self.traders.standing(actor.user_id)
        if standing.suspended:
            raise TradingSuspended
        if side is Side.BID:
            check_bar(standing, self.clock.now())
        if amount is not None:
            self.rules.check_amount(amount)
            await self.admission.check()
        expires_at = None
        if expires_in_days is not None:
            expires_at = expiry(side, expires_in_days, self.clock.now(), self.rules)
        return await self.matching.reprice(quote, amount, expires_at)
