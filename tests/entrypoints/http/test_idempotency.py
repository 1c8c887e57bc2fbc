"""A POST that is sent again has its effect once and gets the same answer."""

import asyncio
import json
from typing import Any

import httpx
from litestar.routes import HTTPRoute

from ...served import ADDRESS
from .world import PARCEL, PRODUCT, Person, World, is_page

WITHOUT_KEY = {
    # A token of a link works once anyway.
    "/account/email",
    "/account/password",
    # Choosing the same letters again changes nothing.
    "/account/letters",
    "/account/unsubscribe",
    "/v1/password-resets/completion",
    # A wrong code must be counted, and what is refused under a key leaves nothing behind.
    "/v1/users/me/phone-proof/completion",
    "/v1/users",
    "/v1/sessions",
    "/v1/sessions/refresh",
    "/v1/webhooks/stripe",
    "/v1/webhooks/sendgrid",
    "/v1/webhooks/twilio",
    # Their answers have secrets, which are not stored, and another setup or key does no harm.
    "/v1/users/me/api-keys",
    "/v1/users/me/payment-methods/setup",
    "/v1/embedded-provider/card-setups/{setup_id:str}/confirm",
    "/v1/embedded-provider/card-setups/{setup_id:str}/authenticate",
    # The same photo again is the same photo.
    "/v1/authentication/tasks/{task_id:uuid}/photos",
    # Their links can be opened once and soon, and the account is opened once without a key.
    "/v1/users/me/payout-account/onboarding",
    "/v1/users/me/payout-account/dashboard",
}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def answer_of(response: httpx.Response) -> tuple[int, bytes]:
    return response.status_code, response.content


async def test_every_post_but_signing_in_and_the_webhook_takes_a_key(world: World) -> None:
    without = {
        route.path
        for route in world.app.routes
        if isinstance(route, HTTPRoute) and not is_page(route)
        for handler in route.route_handlers
        if "POST" in handler.http_methods
        and "idempotency_key" not in handler.parsed_fn_signature.parameters
    }
    assert without == WITHOUT_KEY


async def test_the_same_request_gets_the_same_answer_and_has_its_effect_once(
    world: World,
) -> None:
    person = await world.person("person")
    first = await world.post("/v1/users/me/addresses", person, ADDRESS, headers=keyed("a"))
    again = await world.post("/v1/users/me/addresses", person, ADDRESS, headers=keyed("a"))
    assert answer_of(again) == answer_of(first)
    assert first.status_code == 201
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = await world.post("/v1/users/me/addresses", person, ADDRESS, headers=keyed("b"))
    assert other.json()["id"] != first.json()["id"]
    assert len(await world.ok("GET", "/v1/users/me/addresses", person)) == 2


async def test_a_key_is_not_for_another_request(market: World, admin: Person) -> None:
    headers = keyed("a")
    await market.ok(
        "POST", "/v1/products", admin, json={**PRODUCT, "style_code": "AB-1"}, headers=headers
    )
    answer = await market.post("/v1/products", admin, PRODUCT, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert answer.json()["key"] == "a"


async def test_the_same_request_in_another_spelling_is_the_same_request(
    world: World,
) -> None:
    person = await world.person("person")
    headers = {**keyed("a"), "Content-Type": "application/json"}
    reversed_keys = dict(reversed(ADDRESS.items()))
    texts = [
        json.dumps(ADDRESS),
        json.dumps(ADDRESS, separators=(",", ":")),
        json.dumps(reversed_keys, indent=4),
        json.dumps(ADDRESS).replace('"street"', '"\\u0073treet"'),
    ]
    answers = [
        await world.call(
            "POST", "/v1/users/me/addresses", person, content=text.encode(), headers=headers
        )
        for text in texts
    ]
    assert [answer.status_code for answer in answers] == [201] * len(texts)
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_key_of_one_order_is_not_for_another(
    market: World, buyer: Person, seller: Person
) -> None:
    first, second = await market.order(buyer, seller), await market.order(buyer, seller)
    await market.move(first, "shipment", seller, json=PARCEL, headers=keyed("a"))
    again = await market.move(first, "shipment", seller, json=PARCEL, headers=keyed("a"))
    assert again["status"] == "seller_shipping"
    path = f"/v1/orders/{second}/shipment"
    assert (await market.post(path, seller, PARCEL, headers=keyed("a"))).status_code == 422
    assert (await market.ok("GET", f"/v1/orders/{second}", seller))["status"] == "confirmed"


async def test_a_key_is_its_users_own(world: World) -> None:
    ids = set()
    for name in ("one", "two"):
        person = await world.person(name)
        body = {**ADDRESS, "street": f"{name} Street"}
        ids.add(
            (
                await world.ok(
                    "POST", "/v1/users/me/addresses", person, json=body, headers=keyed("a")
                )
            )["id"]
        )
    assert len(ids) == 2


async def test_a_key_that_was_used_on_another_path_is_refused(world: World) -> None:
    person = await world.person("person")
    first = await world.post("/v1/users/me/addresses", person, ADDRESS, headers=keyed("a"))
    answer = await world.post("/v1/users/me/email-proof", person, headers=keyed("a"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    again = await world.post("/v1/users/me/addresses", person, ADDRESS, headers=keyed("a"))
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")


async def test_what_was_refused_may_be_tried_again(market: World, buyer: Person) -> None:
    admin = market.people["admin"]
    body = {**PRODUCT, "style_code": PRODUCT["style_code"]}
    assert (await market.post("/v1/products", admin, body, headers=keyed("a"))).status_code == 409
    body["style_code"] = "AB-1"
    assert (await market.post("/v1/products", admin, body, headers=keyed("a"))).status_code == 201


async def test_a_key_is_printable_and_short(world: World) -> None:
    for key in ("", "x" * 201, "\x7f", "\xe9"):
        answer = await world.client.post(
            "/v1/password-resets",
            json={"email": "newcomer@example.com"},
            headers={b"Idempotency-Key": key.encode("latin-1")},
        )
        assert answer.status_code == 400, key


async def test_twins_at_once_have_one_effect_and_one_answer(world: World) -> None:
    person = await world.person("person")

    async def twins(path: str, who: Person | None, body: Any) -> None:
        answers = await asyncio.gather(
            *(world.post(path, who, body, headers=keyed("twin")) for _ in range(5))
        )
        assert {answer_of(answer) for answer in answers} == {answer_of(answers[0])}
        assert answers[0].status_code == 201
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1

    await twins("/v1/users/me/addresses", person, ADDRESS)
    assert len(await world.ok("GET", "/v1/users/me/addresses", person)) == 1


async def test_a_bid_that_is_sent_again_is_the_same_bid(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.ask(seller, 20_000)
    body = market.quote(21_000)
    first = await market.post("/v1/bids", buyer, body, headers=keyed("a"))
    again = await market.post("/v1/bids", buyer, body, headers=keyed("a"))
    assert first.json()["match"]["price"] == 20_000
    assert answer_of(again) == answer_of(first)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = await market.post("/v1/bids", buyer, market.quote(20_000), headers=keyed("a"))
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert len((await market.ok("GET", "/v1/bids", buyer))["items"]) == 1


async def test_twin_asks_at_once_are_one_ask(market: World, seller: Person) -> None:
    answers = await asyncio.gather(
        *(market.post("/v1/asks", seller, market.quote(), headers=keyed("a")) for _ in range(5))
    )
    assert {answer_of(answer) for answer in answers} == {answer_of(answers[0])}
    assert answers[0].status_code == 201
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len((await market.ok("GET", "/v1/asks", seller))["items"]) == 1
