"""Preview a bid or an ask before it is placed."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.ids import ProductId, UserId
from ...ports.language.market import BookView, Condition, Side
from ...ports.language.money import Cents
from ...ports.language.paging import PageRequest
from ...ports.language.payments import Cost, Proceeds
from ...ports.language.rules import MarketRules
from ...ports.payments import TradePreviews
from ...ports.tape import TapeReader
from .find_book import FindBook
from .usual_prices import UsualPrices, usual_prices

_SALES = 50
_DEPTH = 500


@dataclass(frozen=True, slots=True)
class QuotePreview:
    """What a quote would do if it were placed now."""

    side: Side
    amount: Cents
    price: Cents
    """What it would trade at: the other side's best price, or its own amount if it rests."""
    trades_now: bool
    cost: Cost | None
    """What the buyer of a bid would pay."""
    proceeds: Proceeds | None
    """What the seller of an ask would receive, with the fees of their level."""
    ahead: int
    """How many pairs on its side would trade earlier. 0 if it trades now."""
    usual: UsualPrices | None
    """None if the book has too few sales to tell."""

    @property
    def is_unusual(self) -> bool:
        """Whether the amount is far from the last sales, to the harm of who places it."""
        if self.usual is None or self.usual.contain(self.amount):
            return False
        return (self.amount > self.usual.middle) is (self.side is Side.BID)


@dataclass(frozen=True, slots=True)
class PreviewQuote:
    """Works out what a bid or an ask would cost or bring, when it would trade, and whether its
    amount looks mistyped. It promises nothing: the book may change before the quote is placed.
    """

    find_book: FindBook
    book_views: BookViews
    tape: TapeReader
    previews: TradePreviews
    rules: MarketRules

    async def __call__(
        self,
        user_id: UserId,
        side: Side,
        *,
        product_id: ProductId,
        size: str,
        amount: Cents,
        condition: Condition = Condition.NEW,
    ) -> QuotePreview:
        """Return the preview.

        Raises OutOfRange, OutsideTick, InvalidSize, NotFound, SizeNotOffered.
        """
        self.rules.check_amount(amount)
        key = await self.find_book(product_id, size, condition)
        book = await self.book_views.get(key, _DEPTH)
        best = None if book.halted else _counterpart(book, side, amount)
        price = amount if best is None else best
        page = await self.tape.sales(product_id, PageRequest(_SALES), key.size)
        prices = [sale.price for sale in page.items if sale.book.condition is condition]
        is_bid = side is Side.BID
        return QuotePreview(
            side=side,
            amount=amount,
            price=price,
            trades_now=best is not None,
            cost=self.previews.cost(price) if is_bid else None,
            proceeds=None if is_bid else await self.previews.proceeds(user_id, price),
            ahead=0 if best is not None else _ahead(book, side, amount),
            usual=usual_prices(prices),
        )


def _counterpart(book: BookView, side: Side, amount: Cents) -> Cents | None:
    """Return the best price of the other side if a quote would trade with it."""
    if side is Side.BID:
        ask = book.lowest_ask
        return ask if ask is not None and ask <= amount else None
    bid = book.highest_bid
    return bid if bid is not None and bid >= amount else None


def _ahead(book: BookView, side: Side, amount: Cents) -> int:
    if side is Side.BID:
        return sum(level.quantity for level in book.bids if level.price >= amount)
    return sum(level.quantity for level in book.asks if level.price <= amount)
