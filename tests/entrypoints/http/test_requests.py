"""What is checked of every request, and what every answer carries."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from solebook.config.http import HttpSettings

from ...served import PASSWORD
from .conftest import PLENTY
from .security_headers import missing_headers
from .world import Person, World

CREDENTIALS = {"email": "person@example.com", "password": PASSWORD}


async def test_a_body_is_json_and_says_so(world: World) -> None:
    async def refused(**request: Any) -> tuple[int, str]:
        answer = await world.call("POST", "/v1/sessions", **request)
        return answer.status_code, answer.json()["detail"]

    as_json = {"Content-Type": "application/json; charset=utf-8"}
    assert await refused() == (400, "the body is missing")
    assert await refused(data=CREDENTIALS) == (415, "send the body as application/json")
    assert await refused(content=b"{}") == (415, "send the body as application/json")
    half = b'{"email": "\\ud800"}'
    for body in (b"{", b"\xff", b'{"email": "\xff"}', half, b"NaN", b"[" * 9_999):
        status, detail = await refused(content=body, headers=as_json)
        assert status == 400, body
        assert detail
    assert await refused(content=b"[]", headers=as_json) == (400, "Expected `object`, got `array`")


async def test_the_wrong_field_is_named(world: World) -> None:
    async def wrong(body: object) -> dict[str, str]:
        answer = await world.post("/v1/sessions", json=body)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
        [error] = answer.json()["errors"]
        return dict(error)

    assert await wrong({"email": 7, "password": "x"}) == {
        "field": "email",
        "message": "Expected `str`, got `int`",
        "in": "body",
    }
    assert await wrong({"email": "x"}) == {
        "field": "password",
        "message": "is missing",
        "in": "body",
    }
    assert await wrong({**CREDENTIALS, "remember": True}) == {
        "field": "remember",
        "message": "is unknown here",
        "in": "body",
    }


async def test_a_field_deep_inside_is_named_by_its_path(market: World, admin: Person) -> None:
    body = {"images": [{"url": "https://images.example.com/1.jpg", "position": "first"}]}
    answer = await market.call("PATCH", f"/v1/products/{market.product_id}", admin, json=body)
    [error] = answer.json()["errors"]
    assert error["field"] == "images[0].position"
    answer = await market.call(
        "PATCH", f"/v1/products/{market.product_id}", admin, json={"sizes": [{"siez": "9"}]}
    )
    [error] = answer.json()["errors"]
    assert error["field"] == "sizes[0].siez"


async def test_a_word_that_is_none_of_those_known_is_told_with_them(
    market: World, buyer: Person, admin: Person
) -> None:
    async def wrong(method: str, path: str, person: Person, json: object = None) -> tuple[str, str]:
        answer = await market.call(method, path, person, json=json)
        assert answer.status_code == 400, answer.text
        [error] = answer.json()["errors"]
        return error["field"], error["message"]

    bid = {"product_id": str(market.product_id), "size": "9", "amount": 20_000}
    conditions = "'worn' is none of these: new, used, damaged_box"
    assert await wrong("POST", "/v1/bids", buyer, {**bid, "condition": "worn"}) == (
        "condition",
        conditions,
    )
    assert await wrong(
        "GET", f"/v1/products/{market.product_id}/book?size=9&condition=worn", buyer
    ) == ("condition", conditions)
    field, message = await wrong("GET", "/v1/bids?status=gone", buyer)
    assert field == "status"
    assert message == "'gone' is none of these: active, matched, cancelled, expired, waiting"
    path = f"/v1/users/{buyer.id}/roles"
    assert await wrong("PUT", path, admin, {"roles": ["buyer", "king"]}) == (
        "roles[1]",
        "'king' is none of these: buyer, seller, authenticator, admin",
    )
    path = "/v1/users/me/notification-preferences"
    channels = {"channels": {"welcome": ["fax"]}}
    field, message = await wrong("PUT", path, buyer, channels)
    assert (field, message) == (
        "channels[...][0]",
        "'fax' is none of these: email, sms, push, in_app",
    )
    field, message = await wrong("PUT", path, buyer, {"channels": {"gossip": []}})
    assert field == "channels"
    assert message.startswith("'gossip' is none of these: email_proof, ")


async def test_a_query_parameter_that_is_left_out_is_named(market: World) -> None:
    answer = await market.get(f"/v1/products/{market.product_id}/book")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "size", "message": "is missing", "in": "query"}]


@pytest.mark.parametrize("path", ["", "/book?size=9"])
async def test_an_id_in_a_path_has_the_digits_of_ascii(market: World, path: str) -> None:
    async def status(spelling: str) -> int:
        return (await market.get(f"/v1/products/{spelling}{path}")).status_code

    product_id = str(market.product_id)
    for known in (product_id, product_id.upper(), product_id.replace("-", "")):
        assert await status(known) == 200
    wide = product_id.translate({ord("0") + digit: ord("\uff10") + digit for digit in range(10)})
    for strange in (wide, f"{{{product_id}}}", f"urn:uuid:{product_id}", product_id + "-"):
        assert await status(strange) == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"email": "a@example.com", "email": "b@example.com", "password": "x"}', "email"),
        (b'{"email": "a@example.com", "password": "x", "\\u0070assword": "x"}', "password"),
    ],
)
async def test_a_key_that_is_given_twice_is_refused(world: World, body: bytes, field: str) -> None:
    answer = await world.call(
        "POST", "/v1/sessions", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
    assert answer.json()["errors"] == [{"field": field, "message": "is given twice", "in": "body"}]


async def test_a_key_that_is_given_twice_deep_inside_is_refused(
    market: World, admin: Person
) -> None:
    url = "https://images.example.com/1.jpg"
    body = f'{{"images": [{{"url": "{url}", "url": "{url}", "position": 0}}]}}'
    answer = await market.call(
        "PATCH",
        f"/v1/products/{market.product_id}",
        admin,
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "url")


async def test_a_query_parameter_that_is_given_twice_is_refused(market: World) -> None:
    for query in ("limit=5&limit=1", "limit=5&q=dunk&limit=5"):
        answer = await market.call("GET", f"/v1/search?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"] == [
            {"field": "limit", "message": "is given twice", "in": "query"}
        ]


async def test_an_unknown_query_parameter_is_refused(world: World) -> None:
    answer = await world.get("/v1/products?limit=5&brand=Nike")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "brand", "message": "is unknown here; known: cursor, limit", "in": "query"}
    ]


@pytest.mark.parametrize(
    "query",
    ["limit=5.0", "limit=1e1", "limit=05", "limit=%D9%A5", "min_price=1e3", "min_price=2.0"],
)
async def test_an_integer_in_a_query_is_written_with_digits_alone(
    market: World, query: str
) -> None:
    answer = await market.call("GET", f"/v1/search?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]
    assert (await market.call("GET", "/v1/search?limit=5&min_price=0")).status_code == 200


@pytest.mark.parametrize("query", ["q=%ff", "q=dunk%C3", "%ff=1"])
async def test_a_query_that_is_not_in_utf_8_is_refused(market: World, query: str) -> None:
    answer = await market.call("GET", f"/v1/search?{query}")
    assert (answer.status_code, answer.json()["detail"]) == (400, "the query is not in UTF-8")


async def test_head_answers_as_get_does_without_the_body(market: World, buyer: Person) -> None:
    paths = [
        "/v1/search",
        "/health/live",
        "/schema/openapi.json",
        f"/v1/products/{market.product_id}",
    ]
    for path in paths:
        whole, head = await market.call("GET", path), await market.call("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers.pop("request-id") != whole.headers.pop("request-id")
        assert head.headers == whole.headers
    assert (await market.call("HEAD", "/v1/orders", buyer)).status_code == 200
    assert (await market.call("HEAD", "/v1/orders")).status_code == 401
    assert (await market.call("HEAD", "/v1/sessions")).status_code == 405
    assert (await market.call("HEAD", "/nowhere")).status_code == 404


async def test_a_refusal_of_many_unknown_parameters_is_small(world: World) -> None:
    query = "&".join(f"strange{number}=1" for number in range(500))
    answer = await world.call("GET", f"/v1/search?{query}&{'x' * 1_000}=1")
    assert answer.status_code == 400
    assert "unknown here" in answer.json()["detail"]
    assert len(answer.content) < 3_000
    assert len((await world.call("GET", f"/v1/search?{'x' * 8_000}=1")).content) < 1_000


async def test_a_query_that_is_too_long_is_refused_unread(world: World) -> None:
    answer = await world.call("GET", f"/v1/search?{'u=1&' * 14_000}")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the query is longer than 8192 bytes"


async def test_a_character_that_no_database_keeps_is_refused(world: World) -> None:
    answer = await world.get("/v1/search?q=dunk%00low")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "q", "message": "has the character U+0000", "in": "query"}
    ]


class TestSmallBodies:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(
            max_body=1_024, user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY
        )

    async def test_an_oversized_body_is_refused(self, world: World) -> None:
        body = {**CREDENTIALS, "password": "x" * 1_024}
        answer = await world.post("/v1/sessions", json=body)
        assert (answer.status_code, answer.json()["title"]) == (413, "Request Entity Too Large")
        assert answer.json()["detail"] == "the body is larger than the maximum of 1024 bytes"

    async def test_an_oversized_body_of_unknown_length_is_refused(self, world: World) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" " * 100

        answer = await world.client.post(
            "/v1/sessions", content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413

    async def test_an_oversized_webhook_is_refused(self, world: World) -> None:
        answer = await world.client.post(
            "/v1/webhooks/stripe", content=b"x" * 1_025, headers={"Stripe-Signature": "x"}
        )
        assert answer.status_code == 413


class TestNamedHosts:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(allowed_hosts=("market.test", "*.market.test"))

    async def test_a_strange_host_is_refused(self, world: World) -> None:
        async def status(host: str) -> int:
            return (
                await world.get("/v1/rules", headers={"Host": host.encode("latin-1")})
            ).status_code

        assert await status("market.test") == 200
        assert await status("MARKET.test:8000") == 200
        assert await status("api.market.test") == 200
        assert await status("market.test.evil.example") == 400
        assert await status("evil-market.test") == 400
        assert await status(".market.test") == 400
        assert await status("\u00e4.market.test") == 400

    async def test_who_checks_the_health_may_name_any_host(self, world: World) -> None:
        answer = await world.get("/health/live", headers={"Host": "10.1.2.3:8000"})
        assert answer.status_code == 200


class TestCors:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(cors_origins=("https://shop.example.com",))

    async def test_only_named_origins_may_read_answers(self, world: World) -> None:
        async def allowed(origin: str) -> str | None:
            answer = await world.get("/health/live", headers={"Origin": origin})
            value: str | None = answer.headers.get("access-control-allow-origin")
            return value

        assert await allowed("https://shop.example.com") == "https://shop.example.com"
        assert await allowed("https://evil.example.com") is None

    async def test_pages_may_read_the_headers_that_clients_need(self, world: World) -> None:
        answer = await world.get("/health/live", headers={"Origin": "https://shop.example.com"})
        readable = {
            name.strip().lower()
            for name in answer.headers["access-control-expose-headers"].split(",")
        }
        assert readable >= {
            "retry-after",
            "etag",
            "idempotent-replayed",
            "www-authenticate",
            "request-id",
        }


async def test_no_origin_may_read_answers_by_default(world: World) -> None:
    answer = await world.get("/health/live", headers={"Origin": "https://shop.example.com"})
    assert "access-control-allow-origin" not in answer.headers


async def test_every_other_answer_is_private_and_safe_to_browse(world: World) -> None:
    """Those of routes are looked at where everybody calls them (test_access)."""
    json, form = {"Content-Type": "application/json"}, "application/x-www-form-urlencoded"
    answers = [
        await world.call("GET", "/nope"),
        await world.call("HEAD", "/account/password"),
        await world.call("HEAD", "/v1/products"),
        await world.call("OPTIONS", "/v1/bids"),
        await world.call("BREW", "/v1/bids"),
        await world.call("PUT", "/v1/products"),
        await world.call("POST", "/v1/users", content=b"{", headers=json),
        await world.call("POST", "/v1/users", content=b"x" * 2_000_000, headers=json),
        await world.call("POST", "/account/password", content=b"a", headers={"Content-Type": form}),
    ]
    for _ in range(2):
        answers.append(await world.get("/v1/rules"))
        answers.append(await world.get("/schema"))
    answers.append(await world.get("/schema", headers={"If-None-Match": "*"}))
    assert {answer.status_code for answer in answers} >= {200, 204, 304, 400, 404, 405, 410, 413}
    for answer in answers:
        assert not missing_headers(answer), (answer.request, missing_headers(answer))
        assert "server" not in answer.headers
