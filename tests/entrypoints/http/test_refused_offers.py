"""Offers that are refused for now: the exchange is behind, or a buyer's cards are declined."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from litestar.types import Message, Receive, Scope, Send

from solebook.adapters.embedded import tokens
from solebook.config.http import HttpSettings
from solebook.entrypoints.http.edge.early_refusal import EarlyRefusal, Turns

from .world import Person, World

DECLINED = {"token": tokens.DECLINED_CARD}


async def unpaid_order(market: World, buyer: Person, seller: Person) -> None:
    """Have two people trade, and nobody be charged."""
    await market.ok("POST", "/v1/asks", seller, json=market.quote(20_000))
    await market.ok("POST", "/v1/bids", buyer, json=market.quote(20_000))


async def test_an_exchange_that_is_behind_refuses_offers_honestly_and_takes_cancellations(
    market: World, buyer: Person, seller: Person
) -> None:
    resting = await market.ok("POST", "/v1/bids", buyer, json=market.quote(10_000))
    bid = f"/v1/bids/{resting['bid']['id']}"
    await unpaid_order(market, buyer, seller)
    await market.clock.advance(timedelta(seconds=6))

    for answer in (
        await market.post("/v1/bids", buyer, market.quote(11_000)),
        await market.post("/v1/asks", seller, market.quote(90_000)),
        await market.call("PATCH", bid, buyer, json={"amount": 12_000}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded")
        assert answer.headers["retry-after"] == "1"
    ready = await market.get("/health/ready")
    assert (ready.status_code, ready.json()["overloaded"]) == (200, True)
    assert (await market.call("DELETE", bid, buyer)).is_success

    await market.workers.settle()
    assert (await market.get("/health/ready")).json()["overloaded"] is False
    assert (await market.post("/v1/bids", buyer, market.quote(11_000))).status_code == 201


@pytest.fixture
async def behind(market: World, buyer: Person, seller: Person) -> World:
    """A market in which an order has waited too long to be charged."""
    await unpaid_order(market, buyer, seller)
    await market.clock.advance(timedelta(seconds=6))
    return market


async def test_offers_are_refused_before_their_token_and_body_are_read(behind: World) -> None:
    early = await behind.post("/v1/bids", None, {"not": "a bid"})
    assert (early.status_code, early.json()["type"]) == (503, "/problems/overloaded")
    assert (await behind.get("/v1/bids")).status_code == 401


async def test_early_refusal_is_the_same_response_as_that_of_the_use_case(
    behind: World, buyer: Person
) -> None:
    early = await behind.post("/v1/bids", buyer, behind.quote())
    key = {"Idempotency-Key": "one"}
    usual = await behind.post("/v1/bids", buyer, behind.quote(), headers=key)
    assert early.status_code == usual.status_code
    assert early.headers.pop("request-id") != usual.headers.pop("request-id")
    assert early.headers == usual.headers
    assert early.json() == usual.json()


async def test_of_a_flood_with_keys_few_are_looked_at_and_the_others_refused_at_once(
    behind: World,
) -> None:
    """Who is looked at is told that nobody is signed in."""

    async def post(number: int) -> int:
        key = {"Idempotency-Key": f"key-{number}"}
        return (await behind.post("/v1/bids", None, behind.quote(), headers=key)).status_code

    statuses = Counter(await asyncio.gather(*(post(number) for number in range(200))))

    assert statuses.keys() == {401, 503}
    assert statuses[401] <= 64 + 8
    assert (
        await behind.post("/v1/bids", None, {}, headers={"Idempotency-Key": "1"})
    ).status_code == 401


async def test_repeated_offer_gets_its_first_answer_while_offers_are_refused(
    market: World, buyer: Person, seller: Person
) -> None:
    key = {"Idempotency-Key": "one"}
    first = await market.post("/v1/bids", buyer, market.quote(10_000), headers=key)
    await unpaid_order(market, buyer, seller)
    await market.clock.advance(timedelta(seconds=6))
    again = await market.post("/v1/bids", buyer, market.quote(10_000), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())


class TestBrowsers:
    """Requests of a web page that may read the responses."""

    ORIGIN = "https://shop.example.com"

    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(cors_origins=(self.ORIGIN,))

    async def test_a_web_page_may_read_the_refusal(self, behind: World, buyer: Person) -> None:
        origin = {"Origin": self.ORIGIN}
        refused = await behind.post("/v1/bids", buyer, behind.quote(), headers=origin)
        assert refused.status_code == 503
        assert refused.headers["access-control-allow-origin"] == self.ORIGIN


async def test_callers_have_their_turns_some_at_once_and_first_in_first_out() -> None:
    turns, had = Turns(pause=0, at_once=2, most=9), list[int]()

    async def caller(number: int) -> None:
        await turns.wait()
        had.append(number)

    callers = [asyncio.create_task(caller(number)) for number in range(5)]
    sizes = []
    while len(had) < len(callers):
        before = len(had)
        await asyncio.sleep(0)
        sizes.append(len(had) - before)
    assert had == [0, 1, 2, 3, 4]
    assert max(sizes) == 2


async def test_an_offer_is_refused_at_once_while_as_many_are_under_way_as_are_answered_in_time(
    market: World,
) -> None:
    under_way, statuses = 0, Counter[int]()
    answered = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal under_way
        under_way += 1
        await answered.wait()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses[message["status"]] += 1

    refusing = EarlyRefusal(app, market.application.admission, cors=None)
    scope: Any = {"type": "http", "method": "POST", "path": "/v1/bids", "headers": []}
    asked = [asyncio.create_task(refusing(scope.copy(), never, send)) for _ in range(300)]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    answered.set()
    await asyncio.gather(*asked)
    assert (under_way, statuses) == (256, {503: 44})

    await refusing(scope.copy(), never, send)
    assert under_way == 257


async def never() -> Any:
    raise AssertionError("nobody reads the body")


async def test_a_caller_for_whom_there_is_no_place_has_no_turn() -> None:
    turns = Turns(pause=0, at_once=1, most=2)

    had = await asyncio.gather(*(turns.wait() for _ in range(3)))

    assert had == [True, True, False]


async def test_a_caller_that_gave_up_does_not_keep_the_others_from_their_turns() -> None:
    turns = Turns(pause=0, at_once=2, most=9)
    given_up, other = (asyncio.create_task(turns.wait()) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    await other


async def test_a_buyer_reads_why_and_until_when_they_may_not_bid(
    market: World, admin: Person, buyer: Person, seller: Person
) -> None:
    assert (await market.ok("GET", "/v1/users/me", buyer))["bids_barred_until"] is None
    await market.ok("PUT", "/v1/users/me/payment-method", buyer, json=DECLINED)
    for _ in range(3):
        await unpaid_order(market, buyer, seller)
        await market.workers.settle()

    refused = await market.post("/v1/bids", buyer, market.quote(10_000))
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (403, "/problems/bidding-barred")
    assert (problem["declines"], problem["until"]) == (3, "2026-04-01T12:00:00Z")
    me = await market.ok("GET", "/v1/users/me", buyer)
    assert me["bids_barred_until"] == "2026-04-01T12:00:00Z"

    path = f"/v1/admin/users/{buyer.id}/declines/forgiveness"
    forgiven = await market.ok("POST", path, admin, json={"reason": "the bank was mistaken"})
    assert forgiven == {"forgiven": 3}
    assert (await market.ok("GET", "/v1/users/me", buyer))["bids_barred_until"] is None
    assert (await market.post("/v1/bids", buyer, market.quote(10_000))).status_code == 201
