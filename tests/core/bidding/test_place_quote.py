"""Placing bids and asks: permissions, terms and results."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import (
    AddressMissing,
    InvalidSize,
    NoCounterpart,
    NotFound,
    OutOfRange,
    OutsideTick,
    PaymentMethodMissing,
    PayoutAccountMissing,
    Refusal,
    SelfTrade,
    SizeNotOffered,
    TooManyOpenQuotes,
    TradingSuspended,
)
from solebook.ports.language.ids import ProductId, UserId
from solebook.ports.language.market import BookKey, Condition, QuoteStatus, Side, Size, TimeInForce
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.placement import Placement
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor

from .market import PRICE, Market, build_market

Place = Callable[..., Awaitable[Placement]]


@pytest.fixture
async def product(market: Market) -> Product:
    return await market.add_product("9", "10.5")


@pytest.fixture
def place(market: Market, product: Product) -> Place:
    """Place a quote in size 9 at the usual price unless told otherwise."""

    def place(side: Side, actor: Actor, **fields: Any) -> Awaitable[Placement]:
        defaults: dict[str, Any] = {"product_id": product.id, "size": "9", "amount": PRICE}
        use_case = market.bidding.place_bid if side is Side.BID else market.bidding.place_ask
        return use_case(actor, **(defaults | fields))

    return place


# ---- who may -------------------------------------------------------------------------------------


async def test_a_bid_needs_a_payment_method(market: Market, place: Place) -> None:
    with pytest.raises(PaymentMethodMissing):
        await place(Side.BID, await market.join(pays=False))


async def test_a_bid_needs_an_address(market: Market, place: Place) -> None:
    with pytest.raises(AddressMissing):
        await place(Side.BID, await market.join(ships=False))


async def test_an_ask_needs_a_payout_account(market: Market, place: Place) -> None:
    with pytest.raises(PayoutAccountMissing):
        await place(Side.ASK, await market.join(sells=False))


@pytest.mark.parametrize("side", Side)
async def test_a_suspended_user_cannot_place_quotes(
    market: Market, place: Place, side: Side
) -> None:
    user = await market.join()
    await market.suspend(user)
    with pytest.raises(TradingSuspended):
        await place(side, user)


async def test_a_buyer_needs_no_payout_account_and_a_seller_nothing_but_one(
    market: Market, place: Place
) -> None:
    buyer = await market.join(sells=False)
    seller = await market.join(pays=False, ships=False)
    assert (await place(Side.BID, buyer)).quote.user_id == buyer.user_id
    assert (await place(Side.ASK, seller)).match is not None


async def test_an_unknown_user_cannot_place_quotes(market: Market, place: Place) -> None:
    stranger = Actor(UserId(market.ids.new()), frozenset())
    for side in Side:
        with pytest.raises(NotFound):
            await place(side, stranger)


# ---- on which terms ------------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"amount": 20_050}, OutsideTick),
        ({"amount": 2_400}, OutOfRange),
        ({"amount": 10_000_100}, OutOfRange),
        ({"expires_in_days": 0}, OutOfRange),
        ({"expires_in_days": 366}, OutOfRange),
        ({"size": "nine"}, InvalidSize),
        ({"size": "11"}, SizeNotOffered),
    ],
)
async def test_wrong_terms_are_refused_and_nothing_changes(
    market: Market, place: Place, side: Side, fields: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await place(side, await market.join(), **fields)
    assert market.books.commits == []
    assert market.views.told == []


@pytest.mark.parametrize("side", Side)
async def test_a_product_that_is_not_there_is_not_found(
    market: Market, place: Place, side: Side
) -> None:
    with pytest.raises(NotFound):
        await place(side, await market.join(), product_id=ProductId(market.ids.new()))


async def test_a_bid_for_longer_than_bids_live_is_refused_where_an_ask_is_not(
    market: Market, place: Place
) -> None:
    actor = await market.join()
    with pytest.raises(OutOfRange):
        await place(Side.BID, actor, expires_in_days=61)
    ask = (await place(Side.ASK, actor, expires_in_days=61)).quote
    assert ask.expires_at == market.clock.now() + timedelta(days=61)


async def test_a_quote_keeps_what_it_was_placed_with(
    market: Market, place: Place, product: Product
) -> None:
    actor = await market.join()
    bid = (await place(Side.BID, actor, size="10.5", condition=Condition.USED)).quote
    assert bid.book == BookKey(product.id, Size("10.5"), Condition.USED)
    assert (bid.side, bid.user_id, bid.amount) == (Side.BID, actor.user_id, PRICE)
    assert bid.created_at == market.clock.now()
    assert bid.expires_at == market.clock.now() + timedelta(days=30)
    assert await market.stored(bid) == bid


# ---- what becomes of them ------------------------------------------------------------------------


async def test_new_bid_meets_lowest_ask_at_the_resting_price(market: Market, place: Place) -> None:
    sellers = [await market.join() for _ in range(3)]
    buyer = await market.join()
    await place(Side.ASK, sellers[0], amount=PRICE)
    lowest = (await place(Side.ASK, sellers[1], amount=PRICE - 500)).quote
    await place(Side.ASK, sellers[2], amount=PRICE - 500)
    trade = await place(Side.BID, buyer, amount=PRICE)
    assert trade.match is not None
    assert trade.match.ask_id == lowest.id
    assert (trade.match.price, trade.match.maker) == (PRICE - 500, Side.ASK)
    assert (trade.match.buyer_id, trade.match.seller_id) == (buyer.user_id, sellers[1].user_id)
    order = await market.adapters.store.orders.get(trade.match.id)
    assert (order.status, order.price) == (OrderStatus.PENDING, PRICE - 500)


async def test_new_ask_meets_highest_bid_at_the_resting_price(market: Market, place: Place) -> None:
    low, high = await market.join(), await market.join()
    await place(Side.BID, low, amount=PRICE)
    best = (await place(Side.BID, high, amount=PRICE + 500)).quote
    trade = await place(Side.ASK, await market.join(), amount=PRICE - 500)
    assert trade.match is not None
    assert trade.match.bid_id == best.id
    assert (trade.match.price, trade.match.maker) == (PRICE + 500, Side.BID)


async def test_quotes_that_do_not_meet_rest(market: Market, place: Place) -> None:
    bid = await place(Side.BID, await market.join(), amount=PRICE - 100)
    ask = await place(Side.ASK, await market.join(), amount=PRICE)
    for placement in (bid, ask):
        assert placement.match is None
        assert placement.quote.status is QuoteStatus.ACTIVE


async def test_only_equal_conditions_and_sizes_meet(market: Market, place: Place) -> None:
    await place(Side.ASK, await market.join(), condition=Condition.DAMAGED_BOX)
    await place(Side.ASK, await market.join(), size="10.5")
    assert (await place(Side.BID, await market.join())).match is None


@pytest.mark.parametrize(("side", "worse"), [(Side.BID, -100), (Side.ASK, 100)])
async def test_an_ioc_quote_trades_at_its_price_or_better_or_not_at_all(
    market: Market, place: Place, side: Side, worse: int
) -> None:
    actor = await market.join()
    with pytest.raises(NoCounterpart) as refused:
        await place(side, actor, time_in_force=TimeInForce.IOC)
    assert refused.value.best is None
    await place(side.opposite, await market.join())
    with pytest.raises(NoCounterpart) as refused:
        await place(side, actor, amount=PRICE + worse, time_in_force=TimeInForce.IOC)
    assert refused.value.best == PRICE
    trade = await place(side, actor, amount=PRICE - worse, time_in_force=TimeInForce.IOC)
    assert trade.match is not None
    assert trade.match.price == PRICE


async def test_an_overdue_quote_does_not_trade_though_nobody_swept_it(
    market: Market, place: Place
) -> None:
    overdue = (await place(Side.ASK, await market.join(), expires_in_days=1)).quote
    late = (await place(Side.ASK, await market.join(), amount=PRICE + 100)).quote
    await market.clock.advance(timedelta(days=1))
    with pytest.raises(NoCounterpart) as refused:
        await place(Side.BID, await market.join(), time_in_force=TimeInForce.IOC)
    assert refused.value.best == late.amount
    assert await market.status(overdue) is QuoteStatus.EXPIRED
    await market.assert_view_is_the_store(overdue.book)


async def test_an_overdue_quote_trades_until_the_very_instant(market: Market, place: Place) -> None:
    ask = (await place(Side.ASK, await market.join(), expires_in_days=1)).quote
    await market.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
    trade = await place(Side.BID, await market.join())
    assert trade.match is not None
    assert trade.match.ask_id == ask.id


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("time_in_force", TimeInForce)
async def test_a_quote_skips_quotes_of_its_owner(
    market: Market, place: Place, side: Side, time_in_force: TimeInForce
) -> None:
    actor = await market.join()
    own = (await place(side.opposite, actor)).quote
    with pytest.raises(SelfTrade) as refused:
        await place(side, actor, time_in_force=time_in_force)
    assert refused.value.resting_id == own.id
    await place(side.opposite, await market.join())
    assert (await place(side, actor, time_in_force=time_in_force)).match is not None
    assert await market.status(own) is QuoteStatus.ACTIVE
    await market.assert_view_is_the_store(own.book)


async def test_an_own_quote_behind_anothers_is_no_self_trade(market: Market, place: Place) -> None:
    actor = await market.join()
    first = (await place(Side.ASK, await market.join())).quote
    await place(Side.ASK, actor)
    trade = await place(Side.BID, actor)
    assert trade.match is not None
    assert trade.match.ask_id == first.id


async def test_an_active_ask_is_a_unit_of_stock(
    market: Market, place: Place, product: Product
) -> None:
    async def available() -> int:
        levels = await market.adapters.store.stock.levels(product.id)
        return sum(level.available for level in levels)

    ask = (await place(Side.ASK, await market.join())).quote
    await place(Side.ASK, await market.join())
    assert await available() == 2
    await place(Side.BID, await market.join())
    assert await market.status(ask) is QuoteStatus.MATCHED
    assert await available() == 1


# ---- how many ------------------------------------------------------------------------------------


@pytest.fixture
async def tight() -> Market:
    """A market with room for two open quotes a user and side."""
    market = build_market(rules=MarketRules(max_open_quotes=2))
    await market.engine.start()
    return market


@pytest.mark.parametrize("side", Side)
async def test_a_user_has_a_limit_of_open_quotes_on_each_side(tight: Market, side: Side) -> None:
    user = tight.user_id()
    worse = -100 if side is Side.BID else 100

    async def rest(number: int) -> Placement:
        command = tight.command(side, PRICE + worse * number, user_id=user)
        return await tight.engine.place(command)

    first, _ = await rest(0), await rest(1)
    with pytest.raises(TooManyOpenQuotes) as refused:
        await rest(2)
    assert refused.value.data() == {"side": side, "limit": 2}
    elsewhere = replace(tight.book, size=Size("10"))
    with pytest.raises(TooManyOpenQuotes):
        await tight.engine.place(tight.command(side, user_id=user, book=elsewhere))
    away = PRICE - 50 * worse
    other = await tight.engine.place(tight.command(side.opposite, away, user_id=user))
    assert other.quote.status is QuoteStatus.ACTIVE
    assert (await tight.engine.place(tight.command(side, PRICE + worse))).match is None
    await tight.engine.cancel(first.quote)
    assert (await rest(2)).quote.status is QuoteStatus.ACTIVE
    await tight.engine.stop()


@pytest.mark.parametrize("ioc", [False, True])
async def test_at_the_limit_a_user_may_still_trade_at_once(tight: Market, ioc: bool) -> None:
    user = tight.user_id()
    for _ in range(2):
        await tight.bid(PRICE - 1_000, user_id=user)
    await tight.ask()
    assert (await tight.bid(user_id=user, ioc=ioc)).match is not None
    with pytest.raises(NoCounterpart if ioc else TooManyOpenQuotes):
        await tight.bid(user_id=user, ioc=ioc)
    await tight.engine.stop()


async def test_what_matched_or_expired_is_no_longer_open(tight: Market) -> None:
    user = tight.user_id()
    await tight.bid(user_id=user)
    overdue = (await tight.bid(PRICE - 100, user_id=user, days=1)).quote
    await tight.ask()
    await tight.clock.advance(timedelta(days=1))
    await tight.engine.expire(overdue)
    for _ in range(2):
        await tight.bid(user_id=user)
    await tight.engine.stop()
