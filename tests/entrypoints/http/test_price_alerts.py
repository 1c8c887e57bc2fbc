"""Price alerts over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from .world import Person, World

ALERTS = "/v1/price-alerts"


async def items(market: World, who: Person) -> Any:
    return (await market.ok("GET", ALERTS, who))["items"]


async def test_an_alert_says_what_is_watched_and_where_the_market_stands(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.ask(seller, 30_000)
    alert = await market.watch(buyer)
    assert alert == {
        "id": alert["id"],
        "product_id": market.product_id,
        "size": "10.5",
        "condition": "new",
        "price": 20_000,
        "lowest_ask": 30_000,
        "created_at": market.clock.now().isoformat().replace("+00:00", "Z"),
        "dropped_at": None,
        "dropped_to": None,
    }
    used = await market.watch(buyer, condition="used")
    assert (used["condition"], used["lowest_ask"]) == ("used", None)


async def test_a_drop_shows_in_the_list_with_the_lowest_ask_of_the_moment(
    market: World, buyer: Person, seller: Person
) -> None:
    alert = await market.watch(buyer)
    await market.clock.advance(timedelta(seconds=1))
    dropped_at = market.clock.now()
    ask = (await market.ask(seller, 19_500))["ask"]
    await market.workers.settle()
    await market.clock.advance(timedelta(seconds=1))
    await market.ok("DELETE", f"/v1/asks/{ask['id']}", seller)
    await market.workers.settle()
    [shown] = await items(market, buyer)
    fired_at = dropped_at.isoformat().replace("+00:00", "Z")
    assert shown == alert | {"dropped_at": fired_at, "dropped_to": 19_500}


async def test_the_own_alerts_come_newest_first_in_pages(
    market: World, buyer: Person, seller: Person
) -> None:
    made = [(await market.watch(buyer, price))["id"] for price in (20_000, 19_000, 18_000)]
    await market.watch(seller)
    first = await market.ok("GET", f"{ALERTS}?limit=2", buyer)
    cursor = first["next_cursor"]
    second = await market.ok("GET", f"{ALERTS}?limit=2&cursor={cursor}", buyer)
    assert [alert["id"] for alert in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


async def test_a_deleted_alert_is_gone(market: World, buyer: Person, seller: Person) -> None:
    alert = await market.watch(buyer)
    path = f"{ALERTS}/{alert['id']}"
    assert (await market.call("DELETE", path, seller)).status_code == 404
    answer = await market.call("DELETE", path, buyer)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await items(market, buyer) == []
    assert (await market.call("DELETE", path, buyer)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status", "problem"),
    [
        ({"price": 20_050}, 422, "outside-tick"),
        ({"price": 2_400}, 422, "out-of-range"),
        ({"size": "9.25"}, 422, "invalid-size"),
        ({"size": "13"}, 422, "size-not-offered"),
        ({"product_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404, "not-found"),
        ({"price": 0}, 400, "malformed-request"),
        ({"condition": "worn"}, 400, "malformed-request"),
        ({"note": "quick"}, 400, "malformed-request"),
    ],
)
async def test_what_cannot_be_watched_is_refused(
    market: World, buyer: Person, wrong: dict[str, Any], status: int, problem: str
) -> None:
    body = {**market.book(), "price": 20_000} | wrong
    answer = await market.post(ALERTS, buyer, json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert await items(market, buyer) == []


async def test_the_same_price_twice_is_refused_with_the_alert_that_there_is(
    market: World, buyer: Person
) -> None:
    alert = await market.watch(buyer)
    body = {**market.book(), "price": 20_000}
    answer = await market.post(ALERTS, buyer, json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/alert-exists")
    assert answer.json()["id"] == alert["id"]


async def test_a_request_that_is_sent_again_makes_one_alert(market: World, buyer: Person) -> None:
    body = {**market.book(), "price": 20_000}
    headers = {"Idempotency-Key": "key-1"}
    first, again = [await market.post(ALERTS, buyer, json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await items(market, buyer)) == 1
    other = await market.post(ALERTS, buyer, json=body | {"price": 19_000}, headers=headers)
    assert other.json()["type"] == "/problems/idempotency-key-reused"
