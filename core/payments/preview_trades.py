"""Preview what a trade would bring or cost."""

from dataclasses import dataclass

from ...ports.language.ids import UserId
from ...ports.language.market import BookView
from ...ports.language.money import Cents
from ...ports.language.orders import Fees
from ...ports.language.payments import Cost, Proceeds, TradePreview
from ...ports.language.rules import MarketRules
from ...ports.payments import FeeSchedule, TradePreviews
from .fees import fees_of

_ANONYMOUS_LEVEL = 1


@dataclass(frozen=True, slots=True)
class PreviewTrades(TradePreviews):
    """Previews trades with the fees of the seller's current level, or of level 1 if anonymous.

    The fees are frozen only at a match.
    """

    fees: FeeSchedule
    rules: MarketRules

    async def __call__(self, seller_id: UserId | None, book: BookView) -> TradePreview:
        """Return the proceeds and costs at the book's best prices, or none in a halted book."""
        if book.halted:
            return TradePreview(sell_now=None, undercut=None, buy_now=None)
        return TradePreview(
            sell_now=await self._proceeds_at(seller_id, book.highest_bid),
            undercut=await self._proceeds_at(seller_id, self._one_tick_under(book)),
            buy_now=None if book.lowest_ask is None else self.cost(book.lowest_ask),
        )

    async def proceeds(self, seller_id: UserId | None, price: Cents) -> Proceeds:
        """Return what a sale at a price would bring."""
        if seller_id is None:
            fees = fees_of(price, _ANONYMOUS_LEVEL, self.rules)
        else:
            [fees] = await self.fees.quote([(seller_id, price)])
        return _after(price, fees)

    def cost(self, price: Cents) -> Cost:
        """Return what a purchase at a price would cost."""
        shipping = self.rules.shipping_fee
        return Cost(price=price, shipping=shipping, total=price + shipping)

    def _one_tick_under(self, book: BookView) -> Cents | None:
        if book.lowest_ask is None:
            return None
        price = book.lowest_ask - self.rules.tick
        would_trade = book.highest_bid is not None and price <= book.highest_bid
        return None if would_trade or price < self.rules.min_amount else price

    async def _proceeds_at(self, seller_id: UserId | None, price: Cents | None) -> Proceeds | None:
        return None if price is None else await self.proceeds(seller_id, price)


def _after(price: Cents, fees: Fees) -> Proceeds:
    return Proceeds(
        price=price,
        transaction_fee=fees.transaction,
        processing_fee=fees.processing,
        payout=price - fees.transaction - fees.processing,
    )
