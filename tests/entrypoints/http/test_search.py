"""Searching over the API."""

import pytest

from ...sneakers import SNEAKERS, codes_with
from .world import PRODUCT, Person, World

YEEZY = PRODUCT | {
    "style_code": "CP9654",
    "brand": "adidas",
    "model": "Yeezy Boost 350 V2",
    "colorway": "Zebra",
    "retail_price": 22_000,
    "release_date": "2017-02-25",
    "sizes": [{"size": "6Y"}, {"size": "10.5"}],
}


@pytest.fixture
async def catalogue(market: World, admin: Person) -> World:
    await market.ok("POST", "/v1/products", admin, json=YEEZY)
    await market.workers.settle()
    return market


async def test_a_product_is_found_with_its_figures(
    catalogue: World, buyer: Person, seller: Person
) -> None:
    for amount in (20_000, 31_000):
        await catalogue.ok("POST", "/v1/asks", seller, json=catalogue.quote(amount))
    await catalogue.ok("POST", "/v1/bids", buyer, json=catalogue.quote(20_000))
    await catalogue.workers.settle()
    found = await catalogue.ok("GET", "/v1/search", params={"q": "nike dnuk"})
    assert found["items"] == [
        {
            "id": catalogue.product_id,
            "style_code": "DD1391-100",
            "brand": "Nike",
            "model": "Dunk Low",
            "colorway": "White/Black",
            "retail_price": 11_000,
            "release_date": "2021-03-10",
            "sizes": ["9", "10.5"],
            "lowest_ask": 31_000,
            "sales": 1,
        }
    ]
    assert (found["total"], found["next_cursor"]) == (1, None)
    assert found["facets"] == {
        "brands": [{"value": "Nike", "count": 1}],
        "sizes": [{"value": "9", "count": 1}, {"value": "10.5", "count": 1}],
        "years": [{"value": "2021", "count": 1}],
        "prices": [{"minimum": 30_000, "below": 50_000, "count": 1}],
    }


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["CP9654", "DD1391-100"]),
        ({"q": ""}, ["CP9654", "DD1391-100"]),
        ({"q": "yezy zebra"}, ["CP9654"]),
        ({"q": "dd1391"}, ["DD1391-100"]),
        ({"brand": "nike"}, ["DD1391-100"]),
        ({"size": "6Y"}, ["CP9654"]),
        ({"size": "10.5", "year": "2021"}, ["DD1391-100"]),
        ({"min_price": "1"}, []),
        ({"max_price": "100000"}, []),
        ({"sort": "newest"}, ["DD1391-100", "CP9654"]),
        ({"limit": "1", "sort": "newest", "cursor": "1"}, ["CP9654"]),
        ({"q": "sandals"}, []),
    ],
)
async def test_parameters_say_what_is_found(
    catalogue: World, params: dict[str, str], found: list[str]
) -> None:
    answer = await catalogue.ok("GET", "/v1/search", params=params)
    assert [item["style_code"] for item in answer["items"]] == found


async def test_pages_go_on_from_their_cursor(catalogue: World) -> None:
    first = await catalogue.ok("GET", "/v1/search", params={"limit": 1})
    assert (first["next_cursor"], first["total"]) == (1, 2)
    second = await catalogue.ok("GET", "/v1/search", params={"limit": 1, "cursor": 1})
    assert second["next_cursor"] is None
    assert first["items"] != second["items"]


async def test_what_is_typed_is_completed(catalogue: World) -> None:
    answer = await catalogue.ok("GET", "/v1/search/autocomplete", params={"q": "yee"})
    [suggestion] = answer["items"]
    assert suggestion["text"] == "adidas Yeezy Boost 350 V2 Zebra"
    assert suggestion["style_code"] == "CP9654"
    found = await catalogue.ok("GET", f"/v1/products/{suggestion['id']}")
    assert found["style_code"] == "CP9654"
    one = await catalogue.ok("GET", "/v1/search/autocomplete", params={"limit": 1})
    assert len(one["items"]) == 1


async def test_completion_stays_within_a_brand_and_its_text_can_be_searched_for(
    market: World, admin: Person
) -> None:
    long = {"model": "Jordan 1 Retro Low OG SP fragment design x Travis Scott", "brand": "Jordan"}
    longest = {"model": "m" * 100, "brand": "b" * 100, "colorway": "c " * 49 + "cc"}
    for number, names in enumerate((long, longest)):
        await market.ok(
            "POST", "/v1/products", admin, json=PRODUCT | names | {"style_code": f"L-{number}"}
        )
    await market.workers.settle()
    for brand in ("jordan", "JORDAN", "b" * 100):
        answer = await market.ok("GET", "/v1/search/autocomplete", params={"brand": brand})
        [suggestion] = answer["items"]
        found = await market.ok("GET", "/v1/search", params={"q": suggestion["text"], "limit": 1})
        assert found["items"][0]["id"] == suggestion["id"]
    nothing = await market.ok("GET", "/v1/search/autocomplete", params={"brand": "Puma"})
    assert nothing["items"] == []


async def test_a_catalogue_of_real_names_is_found_as_people_type(
    market: World, admin: Person
) -> None:
    for style_code, brand, model, colorway in SNEAKERS:
        if style_code != PRODUCT["style_code"]:
            names = {"brand": brand, "model": model, "colorway": colorway}
            product = PRODUCT | names | {"style_code": style_code}
            await market.ok("POST", "/v1/products", admin, json=product)
    await market.workers.settle()
    expected = {
        "jordn": codes_with("jordan"),
        "yezy zebra": {"CP9654"},
        "CP9654": {"CP9654"},
        "555088-061": {"555088-061"},
        "555088": codes_with("555088"),
    }
    for text, codes in expected.items():
        found = await market.ok("GET", "/v1/search", params={"q": text, "limit": 40})
        assert {item["style_code"] for item in found["items"]} == codes, text
        assert found["total"] == len(codes)
        completed = await market.ok(
            "GET", "/v1/search/autocomplete", params={"q": text, "limit": 20}
        )
        assert {item["style_code"] for item in completed["items"]} == codes, text


async def test_facets_are_those_of_the_search(catalogue: World) -> None:
    for params in ({}, {"q": "yezy"}, {"brand": "Nike", "size": "9"}, {"q": "sandals"}):
        facets = await catalogue.ok("GET", "/v1/search/facets", params=params)
        assert facets == (await catalogue.ok("GET", "/v1/search", params=params))["facets"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"q": "x" * 351}, 400),
        ({"q": "nike\ndunk"}, 422),
        ({"size": "huge"}, 422),
        ({"min_price": "-1"}, 400),
        ({"max_price": "cheap"}, 400),
        ({"year": "0"}, 400),
        ({"sort": "best"}, 400),
        ({"limit": "101"}, 400),
        ({"cursor": "1001"}, 400),
        ({"brand": ""}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(
    catalogue: World, params: dict[str, str], status: int
) -> None:
    assert (await catalogue.get("/v1/search", params=params)).status_code == status
