"""The catalogue over HTTP."""

from uuid import uuid4

from .world import PRODUCT, Person, World


async def test_an_admin_creates_a_product_that_everybody_sees(world: World, admin: Person) -> None:
    created = await world.post("/v1/products", admin, PRODUCT)
    assert created.status_code == 201
    product = created.json()
    assert {name: product[name] for name in PRODUCT} == PRODUCT
    assert await world.ok("GET", f"/v1/products/{product['id']}") == product


async def test_a_style_code_is_taken_once(world: World, admin: Person) -> None:
    await world.ok("POST", "/v1/products", admin, json=PRODUCT)
    answer = await world.post("/v1/products", admin, PRODUCT)
    assert (answer.status_code, answer.json()["style_code"]) == (409, PRODUCT["style_code"])


SENSELESS: list[tuple[dict[str, object], int, str]] = [
    ({"sizes": [{"size": "99"}]}, 422, "invalid-size"),
    ({"sizes": []}, 400, "malformed-request"),
    ({"sizes": [{"size": "9"}, {"size": "9"}]}, 422, "invalid-text"),
    ({"retail_price": -1}, 400, "malformed-request"),
    ({"retail_price": 50_000_000}, 422, "out-of-range"),
    ({"retail_price": "11000"}, 400, "malformed-request"),
    ({"release_date": "soon"}, 400, "malformed-request"),
    ({"images": [{"url": "javascript:alert(1)", "position": 0}]}, 422, "invalid-text"),
]


async def test_a_product_that_makes_no_sense_is_refused_and_not_there(
    world: World, admin: Person
) -> None:
    answers = [
        (change, await world.post("/v1/products", admin, {**PRODUCT, **change}))
        for change, _, _ in SENSELESS
    ]
    assert [
        (change, answer.status_code, answer.json()["type"].removeprefix("/problems/"))
        for change, answer in answers
    ] == SENSELESS
    assert (await world.ok("GET", "/v1/products"))["items"] == []


async def test_an_edit_changes_what_it_names_and_nothing_else(market: World, admin: Person) -> None:
    path = f"/v1/products/{market.product_id}"
    before = await market.ok("GET", path)
    change = {"retail_price": 12_000, "sizes": [{"size": "11"}]}
    assert await market.ok("PATCH", path, admin, json=change) == {**before, **change}
    assert (await market.call("PATCH", f"/v1/products/{uuid4()}", admin, json={})).status_code == (
        404
    )


async def test_the_catalogue_comes_in_pages(world: World, admin: Person) -> None:
    ids = [
        (await world.ok("POST", "/v1/products", admin, json={**PRODUCT, "style_code": f"AB-{n}"}))[
            "id"
        ]
        for n in range(5)
    ]
    seen: list[str] = []
    cursor = ""
    while True:
        page = await world.ok("GET", f"/v1/products?limit=2{cursor}")
        assert len(page["items"]) <= 2
        seen += [product["id"] for product in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]


async def test_a_page_that_makes_no_sense_is_refused_by_the_name_of_what_is_wrong(
    world: World,
) -> None:
    for name, value in [("limit", 0), ("limit", 101), ("limit", "x"), ("cursor", "x"), ("limt", 1)]:
        answer = await world.get(f"/v1/products?{name}={value}")
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
        [wrong] = answer.json()["errors"]
        assert (wrong["field"], wrong["in"]) == (name, "query")


async def test_stock_is_what_is_asked_for_and_what_is_promised(
    market: World, buyer: Person, seller: Person
) -> None:
    path = f"/v1/products/{market.product_id}/stock"
    assert await market.ok("GET", path) == []
    await market.ask(seller, 30_000)
    await market.order(buyer, seller)
    assert await market.ok("GET", path) == [{"size": "10.5", "available": 1, "reserved": 1}]
    assert (await market.get(f"/v1/products/{uuid4()}/stock")).status_code == 404
