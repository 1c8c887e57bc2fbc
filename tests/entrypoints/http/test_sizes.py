"""A size that a product does not have is refused, wherever one may be named."""

import pytest

from .world import Person, World

BOOKS = ("market", "book")
FIGURES = ("sales", "candles", "statistics")


async def refused(market: World, what: str, size: str) -> str:
    answer = await market.get(f"/v1/products/{market.product_id}/{what}", params={"size": size})
    assert answer.status_code == 422, answer.text
    return str(answer.json()["type"].removeprefix("/problems/"))


async def status(market: World, what: str, size: str, condition: str = "new") -> int:
    path = f"/v1/products/{market.product_id}/{what}"
    query = {"size": size} if what == "sales" else {"size": size, "condition": condition}
    return (await market.get(path, params=query)).status_code


async def take_away_every_size_but(market: World, admin: Person, size: str) -> None:
    path = f"/v1/products/{market.product_id}"
    await market.ok("PATCH", path, admin, json={"sizes": [{"size": size}]})


@pytest.mark.parametrize("what", [*BOOKS, *FIGURES])
async def test_a_size_that_the_product_does_not_have_is_refused(market: World, what: str) -> None:
    answer = await market.get(f"/v1/products/{market.product_id}/{what}?size=11")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/size-not-offered"
    assert (problem["size"], problem["offered"]) == ("11", ["9", "10.5"])


@pytest.mark.parametrize("what", [*BOOKS, *FIGURES])
@pytest.mark.parametrize("size", ["9.0", "1\u0660.5", "\uff19", "US 9", " 9"])
async def test_another_spelling_of_a_size_is_none(market: World, what: str, size: str) -> None:
    assert await refused(market, what, size) == "invalid-size"


@pytest.mark.parametrize("size", ["1\u0660.5", "\uff19"])
async def test_another_spelling_is_none_in_the_search_either(market: World, size: str) -> None:
    for path in ("/v1/search", "/v1/search/facets"):
        answer = await market.get(path, params={"size": size})
        assert answer.json()["type"] == "/problems/invalid-size"


@pytest.mark.parametrize("what", BOOKS)
async def test_a_size_that_was_taken_away_has_a_book_as_long_as_quotes_rest_in_it(
    market: World, admin: Person, buyer: Person, what: str
) -> None:
    bid = await market.bid(buyer, 18_000)
    await take_away_every_size_but(market, admin, "9")
    assert await status(market, what, "10.5") == 200
    assert await status(market, what, "10.5", condition="used") == 422
    await market.ok("DELETE", f"/v1/bids/{bid['bid']['id']}", buyer)
    assert await refused(market, what, "10.5") == "size-not-offered"


@pytest.mark.parametrize("what", FIGURES)
async def test_a_size_that_was_taken_away_keeps_the_figures_of_its_sales(
    market: World, admin: Person, buyer: Person, seller: Person, what: str
) -> None:
    await market.order(buyer, seller, 20_000)
    await take_away_every_size_but(market, admin, "9")
    assert await status(market, what, "10.5") == 200
    assert await refused(market, what, "11") == "size-not-offered"


@pytest.mark.parametrize("what", FIGURES)
async def test_a_size_that_was_taken_away_and_never_sold_has_figures_while_quotes_rest_in_it(
    market: World, admin: Person, buyer: Person, what: str
) -> None:
    bid = await market.bid(buyer, 18_000)
    await take_away_every_size_but(market, admin, "9")
    assert await status(market, what, "10.5") == 200
    await market.ok("DELETE", f"/v1/bids/{bid['bid']['id']}", buyer)
    assert await refused(market, what, "10.5") == "size-not-offered"
