"""An incoming quote skips its owner's quotes and trades with the best quote of others."""

import pytest

from solebook.ports.language.errors import NoCounterpart, SelfTrade
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import QuoteStatus, Side

from .market import PRICE, Market


@pytest.fixture
def user(market: Market) -> UserId:
    return market.user_id()


def worse(side: Side, amount: int, by: int) -> int:
    """Return an amount that trades later on its side."""
    return amount - by if side is Side.BID else amount + by


@pytest.mark.parametrize("side", Side)
async def test_a_quote_passes_over_its_owners_and_trades_with_the_next(
    market: Market, user: UserId, side: Side
) -> None:
    other = side.opposite
    own = (await market.engine.place(market.command(other, user_id=user))).quote
    theirs = (await market.engine.place(market.command(other))).quote
    later = (await market.engine.place(market.command(other))).quote
    placed = await market.engine.place(market.command(side, user_id=user))
    assert placed.match is not None
    assert theirs.id in (placed.match.bid_id, placed.match.ask_id)
    assert placed.match.price == PRICE
    assert await market.stored(own) == own
    assert await market.stored(later) == later
    await market.assert_view_is_the_store()


@pytest.mark.parametrize("side", Side)
async def test_the_best_of_the_others_is_taken_also_at_a_worse_price(
    market: Market, user: UserId, side: Side
) -> None:
    other = side.opposite
    await market.engine.place(market.command(other, user_id=user))
    reached = worse(other, PRICE, 100)
    for amount in (worse(other, PRICE, 200), reached):
        await market.engine.place(market.command(other, amount))
    amount = worse(other, PRICE, 5_000)
    placed = await market.engine.place(market.command(side, amount, user_id=user))
    assert placed.match is not None
    assert placed.match.price == reached


@pytest.mark.parametrize("ioc", [False, True])
@pytest.mark.parametrize("side", Side)
async def test_a_quote_that_reaches_only_its_owners_is_refused(
    market: Market, user: UserId, side: Side, ioc: bool
) -> None:
    other = side.opposite
    own = (await market.engine.place(market.command(other, user_id=user))).quote
    await market.engine.place(market.command(other, worse(other, PRICE, 100)))
    with pytest.raises(SelfTrade) as refused:
        await market.engine.place(market.command(side, user_id=user, ioc=ioc))
    assert refused.value.resting_id == own.id
    assert await market.stored(own) == own


@pytest.mark.parametrize("side", Side)
async def test_a_repriced_quote_passes_over_its_owners(
    market: Market, user: UserId, side: Side
) -> None:
    other = side.opposite
    resting = (
        await market.engine.place(market.command(side, worse(side, PRICE, 500), user_id=user))
    ).quote
    own = (await market.engine.place(market.command(other, user_id=user))).quote
    with pytest.raises(SelfTrade):
        await market.engine.reprice(resting, PRICE)
    assert await market.stored(resting) == resting
    theirs = (await market.engine.place(market.command(other))).quote
    moved = await market.engine.reprice(resting, PRICE)
    assert moved.match is not None
    assert theirs.id in (moved.match.bid_id, moved.match.ask_id)
    assert await market.stored(own) == own
    await market.assert_view_is_the_store()


async def test_a_new_lifetime_alone_does_not_trade(market: Market, user: UserId) -> None:
    bid = (await market.bid(user_id=user)).quote
    again = await market.engine.reprice(bid, PRICE, bid.expires_at)
    assert again.match is None
    assert again.quote == bid


async def test_expired_quotes_behind_ones_own_are_not_traded_with(
    market: Market, user: UserId
) -> None:
    own = (await market.ask(user_id=user)).quote
    overdue = (await market.ask(PRICE + 100, days=1)).quote
    await market.clock.advance(overdue.expires_at - market.clock.now())
    with pytest.raises(SelfTrade):
        await market.bid(PRICE + 100, user_id=user)
    assert await market.status(overdue) is QuoteStatus.EXPIRED
    assert await market.stored(own) == own


@pytest.mark.parametrize("side", Side)
async def test_what_is_refused_names_the_best_price_of_others(
    market: Market, user: UserId, side: Side
) -> None:
    other = side.opposite
    await market.engine.place(market.command(other, user_id=user))
    unreached = worse(side, PRICE, 500)
    with pytest.raises(NoCounterpart) as refused:
        await market.engine.place(market.command(side, unreached, user_id=user, ioc=True))
    assert refused.value.best is None
    theirs = worse(other, PRICE, 100)
    await market.engine.place(market.command(other, theirs))
    with pytest.raises(NoCounterpart) as refused:
        await market.engine.place(market.command(side, unreached, user_id=user, ioc=True))
    assert refused.value.best == theirs
    bought = await market.engine.place(market.command(side, theirs, user_id=user, ioc=True))
    assert bought.match is not None


async def test_five_hundred_own_quotes_in_front_are_read_from_no_store(
    market: Market, user: UserId
) -> None:
    for _ in range(500):
        await market.ask(user_id=user)
    await market.ask()
    readings = len(market.books.readings)
    placed = await market.bid(user_id=user)
    assert placed.match is not None
    assert placed.match.seller_id != user
    assert len(market.books.readings) - readings <= 2
