"""The public market over HTTP."""

from uuid import UUID, uuid4

import pytest

from solebook.entrypoints.http.routes.rules import rules_view
from solebook.ports.language.ids import UserId
from solebook.ports.language.payments import Quarter
from solebook.ports.language.rules import MarketRules

from .world import Person, World


async def test_the_market_tells_best_prices_and_the_last_sale(
    market: World, buyer: Person, seller: Person
) -> None:
    path = f"/v1/products/{market.product_id}/market?size=10.5"
    assert await market.ok("GET", path) == {
        "lowest_ask": None,
        "highest_bid": None,
        "last_sale": None,
        "sales": 0,
        "sell_now": None,
        "undercut": None,
        "buy_now": None,
        "halted": False,
    }
    await market.order(buyer, seller, 20_000)
    await market.bid(buyer, 18_000)
    await market.bid(buyer, 17_000)
    await market.ask(seller, 22_000)
    await market.ask(seller, 15_000, condition="used")
    assert await market.ok("GET", path) == {
        "lowest_ask": 22_000,
        "highest_bid": 18_000,
        "last_sale": {"price": 20_000, "sold_at": "2026-03-02T12:00:00Z", "imported": False},
        "sales": 1,
        "sell_now": {
            "price": 18_000,
            "transaction_fee": 1_620,
            "processing_fee": 540,
            "payout": 15_840,
        },
        "undercut": {
            "price": 21_900,
            "transaction_fee": 1_971,
            "processing_fee": 657,
            "payout": 19_272,
        },
        "buy_now": {"price": 22_000, "shipping": 1_400, "total": 23_400},
        "halted": False,
    }
    used = await market.ok("GET", f"{path}&condition=used")
    assert (used["lowest_ask"], used["sales"]) == (15_000, 0)


async def test_the_book_shows_levels_from_the_best_outwards(
    market: World, buyer: Person, seller: Person
) -> None:
    path = f"/v1/products/{market.product_id}/book?size=10.5"
    assert await market.ok("GET", path) == {"seq": 0, "bids": [], "asks": [], "halted": False}
    for amount in (18_000, 18_500, 18_000):
        await market.bid(buyer, amount)
    await market.ask(seller, 22_000)
    assert await market.ok("GET", path) == {
        "seq": 4,
        "bids": [{"price": 18_500, "quantity": 1}, {"price": 18_000, "quantity": 2}],
        "asks": [{"price": 22_000, "quantity": 1}],
        "halted": False,
    }
    assert (await market.ok("GET", f"{path}&depth=1"))["bids"] == [{"price": 18_500, "quantity": 1}]


async def test_a_halted_book_says_so_and_offers_nothing(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.bid(buyer, 18_000)
    await market.ask(seller, 22_000)
    halt = await market.halt()
    shown = await market.ok("GET", f"/v1/products/{market.product_id}/market?size=10.5")
    assert (shown["halted"], shown["lowest_ask"], shown["highest_bid"]) == (True, 22_000, 18_000)
    assert shown["sell_now"] is shown["undercut"] is shown["buy_now"] is None
    book = await market.ok("GET", f"/v1/products/{market.product_id}/book?size=10.5")
    assert (book["halted"], len(book["bids"]), len(book["asks"])) == (True, 1, 1)
    refused = await market.post("/v1/bids", buyer, market.quote(22_000))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/book-halted")
    await market.application.matching.open(halt.id)
    book = await market.ok("GET", f"/v1/products/{market.product_id}/book?size=10.5")
    assert book["halted"] is False


async def test_the_tape_shows_sales_without_who_traded(
    market: World, buyer: Person, seller: Person
) -> None:
    for amount in (20_000, 21_000, 22_000):
        await market.order(buyer, seller, amount)
    path = f"/v1/products/{market.product_id}/sales?limit=2"
    page = await market.ok("GET", path)
    assert page["items"][0] == {
        "price": 22_000,
        "size": "10.5",
        "condition": "new",
        "sold_at": "2026-03-02T12:00:00Z",
        "imported": False,
    }
    rest = await market.ok("GET", f"{path}&cursor={page['next_cursor']}")
    prices = [sale["price"] for sale in page["items"] + rest["items"]]
    assert (prices, rest["next_cursor"]) == ([22_000, 21_000, 20_000], None)
    assert (await market.ok("GET", f"{path}&size=9"))["items"] == []


async def test_an_unknown_product_has_no_market(world: World) -> None:
    for what in ("market?size=9", "book?size=9", "sales"):
        assert (await world.get(f"/v1/products/{uuid4()}/{what}")).status_code == 404


async def test_a_question_that_makes_no_sense_is_refused(market: World) -> None:
    expected = {
        "market": 400,
        "market?size=": 400,
        "market?size=huge": 422,
        "market?size=9&condition=worn": 400,
        "book?size=9&depth=0": 400,
        "book?size=9&depth=101": 400,
        "sales?size=huge": 422,
    }
    path = f"/v1/products/{market.product_id}"
    answers = {query: (await market.get(f"{path}/{query}")).status_code for query in expected}
    assert answers == expected


async def test_sales_are_seen_as_candles_and_figures(
    market: World, buyer: Person, seller: Person
) -> None:
    for amount in (20_000, 21_000, 22_000):
        await market.order(buyer, seller, amount)
    path = f"/v1/products/{market.product_id}"
    [candle] = (await market.ok("GET", f"{path}/candles?interval=1d"))["items"]
    assert candle == {
        "starts_at": "2026-03-02T00:00:00Z",
        "open": 20_000,
        "high": 22_000,
        "low": 20_000,
        "close": 22_000,
        "sales": 3,
        "total": 63_000,
        "volume": 3,
        "vwap": 21_000,
    }
    figures = await market.ok("GET", f"{path}/statistics")
    assert (figures["sales"], figures["last_price"], figures["mean"]) == (3, 22_000, 21_000.0)
    assert (await market.ok("GET", f"{path}/candles?size=9"))["items"] == []
    assert (await market.ok("GET", f"{path}/statistics?size=9"))["last_price"] is None


async def test_candles_are_asked_for_by_interval_and_span(market: World) -> None:
    path = f"/v1/products/{market.product_id}/candles"
    expected = {
        "?interval=2d": 400,
        "?from=yesterday": 400,
        "?interval=1h&from=2020-01-01T00:00:00Z": 422,
        "?from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z": 200,
        "?from=2026-03-01T00:00:00": 400,
        "?to=0.5": 400,
        "?to=1700000000": 400,
        "?from=0001-01-01T00:00:00Z": 422,
        "?to=9999-12-31T23:59:59Z": 422,
        "?size=huge": 422,
    }
    answers = {query: (await market.get(f"{path}{query}")).status_code for query in expected}
    assert answers == expected


async def test_the_market_reckons_with_the_fees_of_the_one_who_asks(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.bid(buyer, 20_000)
    path = f"/v1/products/{market.product_id}/market?size=10.5"
    store = market.application.adapters.store
    async with store.transaction():
        quarter = Quarter.of(market.application.adapters.clock.now())
        for _ in range(12):
            await store.seller_records.add(UserId(UUID(seller.id)), quarter, 100)
    assert (await market.ok("GET", path))["sell_now"]["transaction_fee"] == 1_800
    assert (await market.ok("GET", path, seller))["sell_now"]["transaction_fee"] == 1_700
    assert (await market.get(path, headers={"Authorization": "Bearer x"})).status_code == 401


async def test_the_rules_name_the_currency_and_its_decimals(market: World) -> None:
    assert await market.ok("GET", "/v1/rules") == {
        "currency": "USD",
        "exponent": 2,
        "tick": 100,
        "min_amount": 2_500,
        "max_amount": 10_000_000,
        "shipping_fee": 1_400,
        "transaction_fees": [900, 850, 800, 750, 700],
        "min_transaction_fee": 500,
        "processing_fee": 300,
    }


@pytest.mark.parametrize(("code", "exponent", "tick"), [("JPY", 0, 100), ("KWD", 3, 1_000)])
def test_the_rules_of_another_currency_are_in_its_minor_unit(
    code: str, exponent: int, tick: int
) -> None:
    view = rules_view(MarketRules.in_currency(code))
    assert (view.currency, view.exponent, view.tick) == (code, exponent, tick)
