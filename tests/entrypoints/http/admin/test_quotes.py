"""An admin takes a quote out of its book, over HTTP."""

from datetime import timedelta
from uuid import uuid4

from ..world import Person, World

WHY = {"reason": "the amount is a typing error"}


async def test_the_answer_is_the_outcome_where_that_comes_in_time(
    market: World, admin: Person, seller: Person
) -> None:
    ask = (await market.ask(seller, 30_000))["ask"]
    path = f"/v1/admin/quotes/{ask['id']}/withdrawal"
    answer = await market.carried_out(path, admin, json={**WHY, "note": "please check it"})
    assert answer.status_code == 200
    done = answer.json()
    assert (done["state"], done["facts"]) == ("carried_out", {"status": "cancelled"})
    assert (await market.ok("GET", f"/v1/asks/{ask['id']}", seller))["status"] == "cancelled"
    outcome, asked = (
        await market.ok("GET", "/v1/admin/audit", admin, params={"target_id": ask["id"]})
    )["items"]
    assert (asked["id"], asked["about"]) == (done["id"], None)
    assert (outcome["about"], outcome["action"]) == (done["id"], "carried_out")
    assert (asked["actor_id"], asked["reason"]) == (admin.id, WHY["reason"])
    [letter] = (await market.ok("GET", "/v1/notifications", seller))["items"][:1]
    assert letter["kind"] == "quotes_withdrawn"
    assert WHY["reason"] not in str(letter)


async def test_where_nobody_carries_it_out_the_answer_is_202_and_then_the_outcome(
    market: World, admin: Person, seller: Person
) -> None:
    ask = (await market.ask(seller, 30_000))["ask"]
    path, key = f"/v1/admin/quotes/{ask['id']}/withdrawal", {"Idempotency-Key": "once"}
    call = market.later(market.post(path, admin, json=WHY, headers=key))
    await market.clock.advance(timedelta(seconds=3))
    waiting = await call
    assert waiting.status_code == 202
    assert (waiting.json()["state"], waiting.json()["facts"]) == ("waiting", {})

    await market.workers.settle()

    done = await market.post(path, admin, json=WHY, headers=key)
    assert (done.status_code, done.headers["Idempotent-Replayed"]) == (200, "true")
    assert (done.json()["id"], done.json()["state"]) == (waiting.json()["id"], "carried_out")
    entries = await market.ok("GET", "/v1/admin/audit", admin, params={"target_id": ask["id"]})
    assert len(entries["items"]) == 2


async def test_a_quote_that_matched_first_is_told_as_not_withdrawn(
    market: World, admin: Person, seller: Person, buyer: Person
) -> None:
    ask = (await market.ask(seller, 20_000))["ask"]
    call = market.later(market.post(f"/v1/admin/quotes/{ask['id']}/withdrawal", admin, json=WHY))
    await market.clock.advance(timedelta(0))
    await market.bid(buyer, 20_000)
    await market.workers.settle()
    await market.clock.advance(timedelta(seconds=1))
    answer = await call
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["facts"]) == (
        "not_carried_out",
        {"status": "matched"},
    )


async def test_what_is_in_no_book_is_refused_at_once(
    market: World, admin: Person, seller: Person
) -> None:
    ask = (await market.ask(seller, 30_000))["ask"]
    await market.ok("DELETE", f"/v1/asks/{ask['id']}", seller)
    gone = await market.post(f"/v1/admin/quotes/{ask['id']}/withdrawal", admin, json=WHY)
    assert (gone.status_code, gone.json()["type"]) == (409, "/problems/quote-not-active")
    none = await market.post(f"/v1/admin/quotes/{uuid4()}/withdrawal", admin, json=WHY)
    assert none.status_code == 404


async def test_a_suspended_users_quotes_leave_the_books(
    market: World, admin: Person, seller: Person, buyer: Person
) -> None:
    ask, bid = (await market.ask(seller, 30_000))["ask"], (await market.bid(buyer, 10_000))["bid"]
    for person in (seller, buyer):
        path = f"/v1/users/{person.id}/suspension"
        await market.ok("PUT", path, admin, json={"suspended": True, **WHY})
    await market.workers.settle()
    assert (await market.ok("GET", f"/v1/asks/{ask['id']}", seller))["status"] == "cancelled"
    assert (await market.ok("GET", f"/v1/bids/{bid['id']}", buyer))["status"] == "cancelled"
