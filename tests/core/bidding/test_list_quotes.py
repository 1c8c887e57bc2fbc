"""Bids and asks of one user, for themselves and for admins."""

import pytest

from solebook.ports.language.errors import Forbidden, NotFound
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR

from .market import PRICE, Market

PAGE = PageRequest(limit=10)


async def test_a_user_lists_only_their_own_newest_first(market: Market) -> None:
    actor, list_quotes = await market.join(), market.bidding.list_quotes
    first = (await market.bid(PRICE, user_id=actor.user_id)).quote
    second = (await market.bid(PRICE - 100, user_id=actor.user_id)).quote
    await market.bid(PRICE - 200)

    assert list((await list_quotes(actor, Side.BID, PAGE)).items) == [second, first]
    assert list((await list_quotes(actor, Side.ASK, PAGE)).items) == []
    matched = await list_quotes(actor, Side.BID, PAGE, QuoteStatus.MATCHED)
    assert list(matched.items) == []


async def test_an_admin_lists_the_quotes_of_any_user(market: Market) -> None:
    actor, list_quotes = await market.join(), market.bidding.list_quotes
    bid = (await market.bid(PRICE, user_id=actor.user_id)).quote

    page = await list_quotes.of_user(OPERATOR, actor.user_id, Side.BID, PAGE, standing=True)
    assert list(page.items) == [bid]
    with pytest.raises(NotFound):
        await list_quotes.of_user(OPERATOR, UserId(market.ids.new()), Side.BID, PAGE)


async def test_only_admins_list_the_quotes_of_other_users(market: Market) -> None:
    actor = await market.join()
    with pytest.raises(Forbidden):
        await market.bidding.list_quotes.of_user(actor, actor.user_id, Side.BID, PAGE)
