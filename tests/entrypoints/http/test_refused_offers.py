"""Offers that are refused for now: the exchange is behind, or a buyer's cards are declined."""

from datetime import timedelta

from solebook.adapters.embedded import tokens

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
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "overloaded": True})
    assert (await market.call("DELETE", bid, buyer)).is_success

    await market.workers.settle()
    assert (await market.get("/health/ready")).json()["overloaded"] is False
    assert (await market.post("/v1/bids", buyer, market.quote(11_000))).status_code == 201


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
