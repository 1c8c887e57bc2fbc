"""Previews of what a trade would bring or cost."""

from uuid import uuid4

import pytest

from solebook.composition.embedded import build_embedded
from solebook.composition.fees import trade_previews
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookKey, BookView, PriceLevel, Size
from solebook.ports.language.money import Cents
from solebook.ports.language.payments import Cost
from solebook.ports.payments import TradePreviews


@pytest.fixture
def preview() -> TradePreviews:
    app = build_embedded()
    return trade_previews(app.adapters, app.rules)


def book(bid: Cents | None, ask: Cents | None) -> BookView:
    key = BookKey(ProductId(uuid4()), Size("9"))
    bids = () if bid is None else (PriceLevel(bid, 1),)
    asks = () if ask is None else (PriceLevel(ask, 1),)
    return BookView(key, 1, bids, asks)


async def test_selling_nets_the_highest_bid_less_the_fees(preview: TradePreviews) -> None:
    trades = await preview(None, book(20_000, None))
    assert trades.sell_now is not None
    assert trades.sell_now.payout == 17_600
    assert (trades.undercut, trades.buy_now) == (None, None)


async def test_buying_costs_the_lowest_ask_and_shipping(preview: TradePreviews) -> None:
    trades = await preview(None, book(None, 20_000))
    assert trades.buy_now == Cost(price=20_000, shipping=1_400, total=21_400)
    assert trades.sell_now is None


@pytest.mark.parametrize(
    ("bid", "ask", "price"),
    [
        (None, 20_000, 19_900),
        (19_800, 20_000, 19_900),
        (19_900, 20_000, None),  # it would sell at once
        (None, 2_500, None),  # it would be under the lowest amount
    ],
)
async def test_an_ask_undercuts_the_lowest_where_it_would_rest(
    preview: TradePreviews, bid: Cents | None, ask: Cents, price: Cents | None
) -> None:
    undercut = (await preview(None, book(bid, ask))).undercut
    assert (undercut.price if undercut else None) == price
