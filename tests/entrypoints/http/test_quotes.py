"""Bids and asks over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

from .world import Person, World


async def test_a_bid_rests_until_an_ask_meets_it_at_its_price(
    market: World, buyer: Person, seller: Person
) -> None:
    answer = await market.post("/v1/bids", buyer, market.quote(21_000, expires_in_days=7))
    assert answer.status_code == 201
    placed = answer.json()
    assert placed["match"] is None
    bid = placed["bid"]
    assert (bid["status"], bid["amount"], bid["condition"]) == ("active", 21_000, "new")
    assert (bid["created_at"], bid["expires_at"]) == (
        "2026-03-02T12:00:00Z",
        "2026-03-09T12:00:00Z",
    )

    answer = await market.post("/v1/asks", seller, market.quote(20_000))
    assert answer.status_code == 201
    ask, match = answer.json()["ask"], answer.json()["match"]
    assert (ask["status"], match["price"], match["order_id"]) == ("matched", 21_000, match["id"])
    bid = await market.ok("GET", f"/v1/bids/{bid['id']}", buyer)
    assert (bid["status"], bid["match_id"]) == ("matched", match["id"])


@pytest.mark.parametrize("side", ["bids", "asks"])
async def test_the_own_quotes_are_listed_by_status(
    market: World, buyer: Person, seller: Person, side: str
) -> None:
    who, other = (buyer, seller) if side == "bids" else (seller, buyer)
    word = side[:-1]
    first = (await market.ok("POST", f"/v1/{side}", who, json=market.quote(30_000)))[word]
    second = (await market.ok("POST", f"/v1/{side}", who, json=market.quote(30_100)))[word]
    cancelled = await market.ok("DELETE", f"/v1/{side}/{first['id']}", who)
    assert cancelled == {**first, "status": "cancelled"}

    async def listed(who: Person, query: str = "") -> list[Any]:
        return (await market.ok("GET", f"/v1/{side}{query}", who))["items"]  # type: ignore[no-any-return]  # JSON

    assert await listed(who) == [second, cancelled]
    assert await listed(who, "?status=active") == [second]
    assert await listed(other) == []
    assert (await market.get(f"/v1/{side}?status=lost", who)).status_code == 400


@pytest.mark.parametrize("side", ["bids", "asks"])
async def test_a_change_moves_a_quote_and_tells_whether_it_matched(
    market: World, buyer: Person, seller: Person, side: str
) -> None:
    bid = (await market.bid(buyer, 18_000))["bid"]
    ask = (await market.ask(seller, 22_000))["ask"]
    who, word, quote = (buyer, "bid", bid) if side == "bids" else (seller, "ask", ask)
    path = f"/v1/{side}/{quote['id']}"

    longer = await market.ok("PATCH", path, who, json={"expires_in_days": 1})
    assert longer[word] == {**quote, "expires_at": "2026-03-03T12:00:00Z"}
    moved = await market.ok("PATCH", path, who, json={"amount": 20_000})
    assert (moved[word]["amount"], moved["match"]) == (20_000, None)
    met = await market.ok("PATCH", path, who, json={"amount": 22_000 if side == "bids" else 18_000})
    assert met[word]["status"] == "matched"
    assert met["match"]["price"] == (22_000 if side == "bids" else 18_000)

    answer = await market.call("PATCH", path, who, json={"amount": 20_000})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/quote-not-active")
    assert answer.json()["current_status"] == "matched"
    assert (await market.call("DELETE", path, who)).status_code == 409


SENSELESS: list[tuple[dict[str, object], int, str]] = [
    ({"amount": 20_050}, 422, "outside-tick"),
    ({"amount": 100}, 422, "out-of-range"),
    ({"amount": 20_000_000}, 422, "out-of-range"),
    ({"amount": "20000"}, 400, "malformed-request"),
    ({"amount": 200.5}, 400, "malformed-request"),
    ({"amount": True}, 400, "malformed-request"),
    ({"amount": 10**30}, 400, "malformed-request"),
    ({"amount": None}, 400, "malformed-request"),
    ({"expires_in_days": 61}, 422, "out-of-range"),
    ({"expires_in_days": 0}, 400, "malformed-request"),
    ({"expires_in_days": None}, 400, "malformed-request"),
    ({"size": "huge"}, 422, "invalid-size"),
    ({"size": "11"}, 422, "size-not-offered"),
    ({"condition": "worn"}, 400, "malformed-request"),
    ({"time_in_force": "fok"}, 400, "malformed-request"),
    ({"product_id": "x"}, 400, "malformed-request"),
    ({"product_id": str(uuid4())}, 404, "not-found"),
    ({"time_in_force": "ioc"}, 409, "no-counterpart"),
    ({"quantity": 2}, 400, "malformed-request"),
]


async def test_a_bid_that_makes_no_sense_is_refused_and_changes_nothing(
    market: World, buyer: Person
) -> None:
    answers = [
        (change, await market.post("/v1/bids", buyer, {**market.quote(), **change}))
        for change, _, _ in SENSELESS
    ]
    assert [
        (change, answer.status_code, answer.json()["type"].removeprefix("/problems/"))
        for change, answer in answers
    ] == SENSELESS
    assert (await market.ok("GET", "/v1/bids", buyer))["items"] == []


async def test_whoever_lacks_what_trading_needs_is_told_what(market: World) -> None:
    person = await market.person("person")

    async def refused(side: str) -> str:
        answer = await market.post(f"/v1/{side}", person, market.quote())
        assert answer.status_code == 409
        return str(answer.json()["type"])

    assert await refused("bids") == "/problems/payment-method-missing"
    await market.ok("PUT", "/v1/users/me/payment-method", person, json={"token": "pm_card_visa"})
    assert await refused("bids") == "/problems/address-missing"
    assert await refused("asks") == "/problems/payout-account-missing"


async def test_nobody_trades_with_themself(market: World, buyer: Person) -> None:
    await market.ok("PUT", "/v1/users/me/payout-account", buyer, json={"account": "acct_seller"})
    ask = (await market.ask(buyer))["ask"]
    answer = await market.post("/v1/bids", buyer, market.quote())
    assert (answer.status_code, answer.json()["resting_id"]) == (409, ask["id"])


async def test_a_quote_is_told_its_place_in_the_queue(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.bid(buyer, 20_000)
    await market.bid(buyer, 18_000)
    own = (await market.bid(buyer, 18_000))["bid"]
    seen = await market.ok("GET", f"/v1/bids/{own['id']}", buyer)
    assert seen == own | {"ahead": {"better_price": 1, "same_price": 1}}
    await market.ok("DELETE", f"/v1/bids/{own['id']}", buyer)
    assert (await market.ok("GET", f"/v1/bids/{own['id']}", buyer))["ahead"] is None


async def test_a_bid_passes_over_the_own_ask_and_trades_with_anothers(
    market: World, seller: Person
) -> None:
    both = await market.buyer("both")
    await market.ok("PUT", "/v1/users/me/payout-account", both, json={"account": "acct_both"})
    await market.sign_in(both)
    own = (await market.ask(both, 20_000))["ask"]
    theirs = (await market.ask(seller, 20_000))["ask"]
    bought = await market.bid(both, 30_000)
    assert bought["match"]["price"] == 20_000
    assert (await market.ok("GET", f"/v1/asks/{theirs['id']}", seller))["status"] == "matched"
    assert (await market.ok("GET", f"/v1/asks/{own['id']}", both))["status"] == "active"
    refused = await market.post("/v1/bids", both, market.quote(30_000))
    assert (refused.status_code, refused.json()["resting_id"]) == (409, own["id"])


async def test_a_sell_now_whose_buyer_does_not_pay_is_over(market: World, seller: Person) -> None:
    poor = await market.buyer("poor", card="pm_card_declined")
    await market.bid(poor, 20_000)
    sold = await market.ask(seller, 10_000, time_in_force="ioc")
    assert (sold["ask"]["status"], sold["ask"]["time_in_force"]) == ("matched", "ioc")
    await market.workers.settle()
    path = f"/v1/asks/{sold['ask']['id']}"
    assert (await market.ok("GET", path, seller))["status"] == "cancelled"
    book = await market.ok("GET", f"/v1/products/{market.product_id}/book?size=10.5")
    assert (book["bids"], book["asks"]) == ([], [])


async def test_an_ask_that_waits_is_listed_as_such_and_can_be_cancelled(
    market: World, seller: Person
) -> None:
    poor = await market.buyer("poor", card="pm_card_declined")
    ask = (await market.ask(seller, 20_000))["ask"]
    await market.bid(poor, 20_000)
    await market.halt()
    await market.workers.settle()
    listed = await market.ok("GET", "/v1/asks?status=waiting", seller)
    assert [item["id"] for item in listed["items"]] == [ask["id"]]
    assert (await market.ok("GET", f"/v1/asks/{ask['id']}", seller))["ahead"] is None
    cancelled = await market.ok("DELETE", f"/v1/asks/{ask['id']}", seller)
    assert cancelled["status"] == "cancelled"


async def test_too_many_unpaid_orders_are_refused_and_who_meets_them_may_come_again(
    market: World, buyer: Person, seller: Person
) -> None:
    for _ in range(market.application.rules.max_unpaid_orders):
        await market.ask(seller, 20_000)
        await market.bid(buyer, 20_000)
    await market.bid(buyer, 19_000)
    busy = await market.post("/v1/asks", seller, market.quote(19_000))
    assert (busy.status_code, busy.json()["type"]) == (503, "/problems/counterpart-busy")
    assert int(busy.headers["Retry-After"]) > 0
    await market.ask(seller, 20_000)
    refused = await market.post("/v1/bids", buyer, market.quote(20_000))
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "/problems/too-many-unpaid-orders",
    )
    await market.workers.settle()
    assert (await market.bid(buyer, 20_000))["match"] is not None
