"""Traders who try what gains them something at somebody else's cost, over HTTP."""

from datetime import timedelta
from typing import Any

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.messengers import MemoryMailer

from .world import Person, World

BOOK = "/v1/products/{}/book?size=10.5"


async def book(market: World) -> tuple[list[int], list[int]]:
    """The prices that the public sees, the best first."""
    view = await market.ok("GET", BOOK.format(market.product_id))
    return [level["price"] for level in view["bids"]], [level["price"] for level in view["asks"]]


async def both(market: World, name: str) -> Person:
    """Somebody who may bid and ask."""
    person = await market.buyer(name)
    await market.ok("PUT", "/v1/users/me/payout-account", person, json={"account": "acct_both"})
    await market.sign_in(person)
    return person


async def read(market: World, who: Person, side: str, quote: Any) -> Any:
    return await market.ok("GET", f"/v1/{side}s/{quote[side]['id']}", who)


async def problem(market: World, path: str, who: Person, body: Any) -> tuple[int, str]:
    answer = await market.post(path, who, json=body)
    return answer.status_code, answer.json().get("type", "placed").removeprefix("/problems/")


def letters(market: World, who: Person) -> str:
    """The words of all mail to somebody."""
    mailer = market.application.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return "\n".join(mail.text for mail in mailer.sent if mail.to == f"{who.name}@example.com")


# ---- a command's terms -----------------------------------------------------------------------


async def test_an_ioc_ask_whose_buyer_cannot_pay_does_not_rest_and_its_owner_is_told(
    market: World, seller: Person, buyer: Person
) -> None:
    broke = await market.buyer("broke", tokens.DECLINED_CARD)
    await market.bid(broke, 20_000)
    sold = await market.ask(seller, 15_000, time_in_force="ioc")
    assert sold["match"]["price"] == 20_000
    await market.workers.settle()
    ask = await read(market, seller, "ask", sold)
    assert (ask["status"], ask["time_in_force"]) == ("cancelled", "ioc")
    assert await book(market) == ([], [])
    assert (await problem(market, "/v1/bids", buyer, market.quote(20_000, time_in_force="ioc")))[
        1
    ] == "no-counterpart"
    assert "withdrawal: immediate_or_cancel" in letters(market, seller)


async def test_the_same_key_does_not_bring_an_ioc_ask_back(market: World, seller: Person) -> None:
    broke = await market.buyer("broke", tokens.DECLINED_CARD)
    await market.bid(broke, 20_000)
    body, key = market.quote(15_000, time_in_force="ioc"), {"Idempotency-Key": "sell-now"}
    first = await market.ok("POST", "/v1/asks", seller, json=body, headers=key)
    await market.workers.settle()
    await market.bid(await market.buyer("honest"), 19_000)
    again = await market.ok("POST", "/v1/asks", seller, json=body, headers=key)
    assert again["match"]["order_id"] == first["match"]["order_id"]
    assert await book(market) == ([19_000], [])
    ask = await read(market, seller, "ask", first)
    assert ask["status"] == "cancelled"
    answer = await market.call(
        "PATCH", f"/v1/asks/{ask['id']}", seller, json={"expires_in_days": 9}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/quote-not-active")


# ---- a place in time -------------------------------------------------------------------------


async def test_an_accomplice_whose_card_declines_gains_the_seller_nothing(
    market: World, seller: Person, buyer: Person
) -> None:
    accomplice = await market.buyer("accomplice", tokens.DECLINED_CARD)
    ask = await market.ask(seller, 10_000)
    await market.bid(accomplice, 10_000)
    bid = await market.bid(buyer, 15_000)
    assert bid["match"] is None
    await market.workers.settle()
    bid = await read(market, buyer, "bid", bid)
    order = await market.ok("GET", f"/v1/orders/{bid['match_id']}", buyer)
    assert order["price"] == 10_000
    assert (await read(market, seller, "ask", ask))["match_id"] == bid["match_id"]


async def test_a_bid_that_was_raised_meanwhile_still_pays_the_earlier_ask_s_amount(
    market: World, seller: Person, buyer: Person
) -> None:
    accomplice = await market.buyer("accomplice", tokens.DECLINED_CARD)
    bid = await market.bid(buyer, 9_000)
    await market.ask(seller, 10_000)
    await market.bid(accomplice, 10_000)
    await market.ok("PATCH", f"/v1/bids/{bid['bid']['id']}", buyer, json={"amount": 18_000})
    await market.workers.settle()
    matched = await read(market, buyer, "bid", bid)
    order = await market.ok("GET", f"/v1/orders/{matched['match_id']}", buyer)
    assert order["price"] == 10_000


async def test_a_returning_ask_passes_over_its_owner_s_own_higher_bid(
    market: World, buyer: Person
) -> None:
    owner = await both(market, "owner")
    accomplice = await market.buyer("accomplice", tokens.DECLINED_CARD)
    await market.ask(owner, 10_000)
    await market.bid(accomplice, 10_000)
    own = await market.bid(owner, 16_000)
    other = await market.bid(buyer, 15_000)
    await market.workers.settle()
    assert (await read(market, owner, "bid", own))["status"] == "active"
    matched = await read(market, buyer, "bid", other)
    assert matched["status"] == "matched"
    order = await market.ok("GET", f"/v1/orders/{matched['match_id']}", buyer)
    assert order["price"] == 10_000


async def test_a_returning_ask_that_reaches_only_its_owner_s_bid_is_cancelled_and_told(
    market: World, buyer: Person
) -> None:
    owner = await both(market, "owner")
    accomplice = await market.buyer("accomplice", tokens.DECLINED_CARD)
    ask = await market.ask(owner, 10_000)
    await market.bid(accomplice, 10_000)
    own = await market.bid(owner, 16_000)
    await market.bid(buyer, 9_000)
    await market.workers.settle()
    assert (await read(market, owner, "ask", ask))["status"] == "cancelled"
    assert (await read(market, owner, "bid", own))["status"] == "active"
    assert await book(market) == ([16_000, 9_000], [])
    assert "withdrawal: own_counterpart" in letters(market, owner)


async def test_an_ask_does_not_return_for_an_owner_who_was_suspended_meanwhile(
    market: World, seller: Person, admin: Person
) -> None:
    broke = await market.buyer("broke", tokens.DECLINED_CARD)
    ask = await market.ask(seller, 10_000)
    await market.bid(broke, 10_000)
    await market.ok(
        "PUT",
        f"/v1/users/{seller.id}/suspension",
        admin,
        json={"suspended": True, "reason": "fraud"},
    )
    await market.workers.settle()
    assert (await read(market, seller, "ask", ask))["status"] == "cancelled"
    assert await book(market) == ([], [])


# ---- oneself ---------------------------------------------------------------------------------


async def test_a_bid_passes_over_the_own_ask_and_trades_with_another_s(
    market: World, seller: Person
) -> None:
    trader = await both(market, "trader")
    own = await market.ask(trader, 20_000)
    other = await market.ask(seller, 20_000)
    bought = await market.bid(trader, 30_000)
    assert bought["match"]["price"] == 20_000
    assert (await read(market, seller, "ask", other))["status"] == "matched"
    assert (await read(market, trader, "ask", own))["status"] == "active"
    assert await book(market) == ([], [20_000])


async def test_a_bid_that_reaches_only_the_own_ask_is_refused(
    market: World, seller: Person
) -> None:
    trader = await both(market, "trader")
    await market.ask(trader, 20_000)
    await market.ask(seller, 25_000)
    for terms in ({}, {"time_in_force": "ioc"}):
        body = market.quote(24_900, **terms)
        assert await problem(market, "/v1/bids", trader, body) == (409, "self-trade")
    assert await book(market) == ([], [20_000, 25_000])
    bid = await market.bid(trader, 19_000)
    answer = await market.call(
        "PATCH", f"/v1/bids/{bid['bid']['id']}", trader, json={"amount": 24_000}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/self-trade")
    raised = await market.ok(
        "PATCH", f"/v1/bids/{bid['bid']['id']}", trader, json={"amount": 25_000}
    )
    assert raised["match"]["price"] == 25_000


async def test_expired_quotes_in_between_neither_trade_nor_stand_in_the_way(
    market: World, seller: Person
) -> None:
    trader = await both(market, "trader")
    gone = await market.ask(trader, 18_000, expires_in_days=1)
    others = await market.ask(seller, 19_000, expires_in_days=1)
    await market.ask(seller, 21_000)
    bid = await market.bid(trader, 17_000)
    await market.clock.advance(timedelta(days=1))  # nobody has swept yet
    await market.sign_in(trader)
    raised = await market.ok(
        "PATCH", f"/v1/bids/{bid['bid']['id']}", trader, json={"amount": 22_000}
    )
    assert raised["match"]["price"] == 21_000
    await market.pass_of_time(timedelta(0))
    assert (await read(market, trader, "ask", gone))["status"] == "expired"
    assert (await read(market, seller, "ask", others))["status"] == "expired"


async def test_an_own_expired_ask_does_not_keep_a_bid_from_resting(market: World) -> None:
    trader = await both(market, "trader")
    await market.ask(trader, 18_000, expires_in_days=1)
    await market.clock.advance(timedelta(days=1))
    await market.sign_in(trader)
    assert (await market.bid(trader, 20_000))["match"] is None
    assert await book(market) == ([20_000], [])


# ---- cards -----------------------------------------------------------------------------------


async def test_nobody_reads_a_card_s_token_anywhere(
    market: World, admin: Person, seller: Person
) -> None:
    buyer = await market.buyer("careful", "pm_secret_of_mine")
    order_id = await market.order(buyer, seller)
    await market.ok("PUT", "/v1/users/me/payment-method", buyer, json={"token": "pm_another"})
    for who in (buyer, seller, admin):
        for path in (
            "/v1/users/me",
            f"/v1/orders/{order_id}",
            f"/v1/orders/{order_id}/history",
            "/v1/orders",
            "/v1/notifications",
        ):
            answer = await market.get(path, who)
            assert "pm_" not in answer.text, (path, answer.text)
