"""Staff acts while something else is under way: a charge, a return, a complaint, a refund."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider

from .test_hostile_traders import book, read
from .world import PARCEL, PASS, Person, World

WINDOW = timedelta(minutes=16)
"""Longer than a charge that is pending may take."""


async def on_its_way_back(market: World, seller: Person, amount: int = 20_000, **terms: Any) -> Any:
    """Match an ask with a card that is declined when the provider is asked again."""
    card = tokens.CARD_THAT_IS_DECLINED_LATER
    broke = await market.buyer(f"broke-{uuid4().hex[:8]}", card)
    ask = await market.ask(seller, amount, **terms)
    assert (await market.bid(broke, amount))["match"]
    await market.workers.settle()
    return ask


async def halt(market: World, admin: Person) -> str:
    """Halt every book of the product, and return the halt."""
    body = {"product_id": market.product_id, "reason": "a recall"}
    answer = await market.carried_out("/v1/admin/halts", admin, body)
    return str(answer.json()["facts"]["halt_id"])


async def open_again(market: World, admin: Person, halt_id: str) -> None:
    path = f"/v1/admin/halts/{halt_id}/end"
    answer = await market.carried_out(path, admin, {"reason": "all is well"})
    assert answer.json()["state"] == "carried_out", answer.text
    await market.workers.settle()


async def status(market: World, who: Person, ask: Any) -> str:
    return str((await read(market, who, "ask", ask))["status"])


async def delivered(market: World, buyer: Person, seller: Person, authenticator: Person) -> str:
    """Return an order whose buyer says that the pair arrived."""
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    return order_id


# ---- a book is halted while an ask is on its way back ----------------------------------------


async def test_an_ask_that_waits_outside_can_be_cancelled_and_stays_away(
    market: World, admin: Person, seller: Person
) -> None:
    ask = await on_its_way_back(market, seller)
    halted = await halt(market, admin)
    await market.pass_of_time(WINDOW)
    assert await status(market, seller, ask) == "waiting"
    assert await book(market) == ([], [])
    await market.ok("DELETE", f"/v1/asks/{ask['ask']['id']}", seller)
    await open_again(market, admin, halted)
    assert await status(market, seller, ask) == "cancelled"
    assert await book(market) == ([], [])


async def test_an_ask_that_expires_outside_does_not_come_in(
    market: World, admin: Person, seller: Person, buyer: Person
) -> None:
    await market.bid(buyer, 10_000)
    ask = await on_its_way_back(market, seller, expires_in_days=1)
    halted = await halt(market, admin)
    await market.pass_of_time(WINDOW)
    await market.clock.advance(timedelta(days=1))  # nobody has swept yet
    for person in (admin, seller, buyer):
        await market.sign_in(person)
    await open_again(market, admin, halted)
    assert await status(market, seller, ask) == "expired"
    assert await book(market) == ([10_000], [])


async def test_asks_that_waited_come_in_by_arrival_and_not_by_price(
    market: World, admin: Person, seller: Person, buyer: Person
) -> None:
    other = await market.seller("other-seller")
    first = await on_its_way_back(market, seller, 20_000)
    cheaper = await on_its_way_back(market, other, 19_000)
    bid = await market.bid(buyer, 25_000)
    halted = await halt(market, admin)
    await market.pass_of_time(WINDOW)
    await open_again(market, admin, halted)
    assert await status(market, seller, first) == "matched"
    assert await status(market, other, cheaper) == "active"
    order_id = (await read(market, buyer, "bid", bid))["match_id"]
    assert (await market.ok("GET", f"/v1/orders/{order_id}", buyer))["price"] == 20_000


# ---- buyers ----------------------------------------------------------------------------------


async def test_an_order_whose_charge_is_open_goes_on_though_both_parties_are_suspended(
    market: World, admin: Person, seller: Person
) -> None:
    buyer = await market.buyer("slow", tokens.CARD_THAT_FAILS_ONCE)
    await market.ask(seller)
    order_id = (await market.bid(buyer))["match"]["order_id"]
    await market.workers.settle()  # the provider could not be reached
    for person in (buyer, seller):
        body = {"suspended": True, "reason": "both of them"}
        await market.ok("PUT", f"/v1/users/{person.id}/suspension", admin, json=body)
    await market.pass_of_time(timedelta(seconds=3))
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert order["status"] == "confirmed"
    await market.move(order_id, "shipment", seller, json=PARCEL)


async def test_a_decline_that_is_forgiven_does_not_count_with_later_ones(
    market: World, admin: Person, seller: Person
) -> None:
    broke = await market.buyer("broke", tokens.DECLINED_CARD)

    async def bid_and_be_declined() -> int:
        ask = await market.ask(seller)
        answer = await market.post("/v1/bids", broke, market.quote())
        await market.workers.settle()
        await market.ok("DELETE", f"/v1/asks/{ask['ask']['id']}", seller)
        return answer.status_code

    assert [await bid_and_be_declined() for _ in range(4)] == [201, 201, 201, 403]
    path = f"/v1/admin/users/{broke.id}/declines/forgiveness"
    await market.ok("POST", path, admin, json={"reason": "the bank was down"})
    assert [await bid_and_be_declined() for _ in range(4)] == [201, 201, 201, 403]


async def test_a_reason_that_nobody_can_see_is_none(
    market: World, admin: Person, seller: Person
) -> None:
    for reason in ("", "  ", "\u200b", "\u2060\ufeff"):
        body = {"suspended": True, "reason": reason}
        answer = await market.call("PUT", f"/v1/users/{seller.id}/suspension", admin, json=body)
        assert answer.status_code in (400, 422), reason
    assert (await market.ok("GET", "/v1/users/me", seller))["suspended"] is False


# ---- a complaint, a refund and the provider's own report of it -------------------------------


async def test_a_refund_in_between_settles_the_complaint_and_is_made_once(
    market: World, admin: Person, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await delivered(market, buyer, seller, authenticator)
    complaint = {"kind": "not_as_described", "reason": "two left shoes"}
    await market.ok("POST", f"/v1/orders/{order_id}/complaint", buyer, json=complaint)
    refund, body = f"/v1/admin/orders/{order_id}/refund", {"reason": "goodwill"}
    await market.ok("POST", refund, admin, json=body | {"borne_by": "exchange"})
    await market.workers.settle()
    provider = market.application.adapters.payment_provider
    assert isinstance(provider, EmbeddedPaymentProvider)
    for report, signature in [*await provider.webhooks()] * 2:
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        await market.call("POST", "/v1/webhooks/stripe", content=report, headers=headers)
    await market.workers.settle()
    again = await market.post(refund, admin, json=body | {"borne_by": "seller"})
    assert again.status_code == 409
    assert (await market.application.payments.check_solvency()).balanced
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert order["payment_status"] == "refunded"
