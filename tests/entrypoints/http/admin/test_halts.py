"""Books are halted and opened over HTTP."""

from datetime import timedelta
from uuid import uuid4

from ..world import Person, World

WHY = {"reason": "the price is a rumour"}


async def test_a_product_is_halted_listed_and_opened(
    market: World, admin: Person, seller: Person, buyer: Person
) -> None:
    ask = (await market.ask(seller, 30_000))["ask"]
    body = {"product_id": market.product_id, **WHY}
    done = (await market.carried_out("/v1/admin/halts", admin, json=body)).json()
    assert (done["state"], done["facts"]["stood_before"]) == ("carried_out", False)
    halt_id = done["facts"]["halt_id"]

    [halt] = (await market.ok("GET", "/v1/admin/halts", admin, params={"standing": "true"}))[
        "items"
    ]
    assert halt.pop("halted_at") <= market.clock.now().isoformat().replace("+00:00", "Z")
    assert halt == {
        "id": halt_id,
        "product_id": market.product_id,
        "size": None,
        "condition": None,
        "ended_at": None,
    }
    refused = await market.post("/v1/bids", buyer, json=market.quote(30_000))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/book-halted")
    assert (await market.call("DELETE", f"/v1/asks/{ask['id']}", seller)).status_code == 200

    path = f"/v1/admin/halts/{halt_id}/end"
    opened = await market.carried_out(path, admin, json=WHY)
    assert (opened.status_code, opened.json()["state"]) == (200, "carried_out")
    await market.bid(buyer, 10_000)
    standing = await market.ok("GET", "/v1/admin/halts", admin, params={"standing": "true"})
    assert standing["items"] == []
    [ended] = (await market.ok("GET", "/v1/admin/halts", admin))["items"]
    assert ended["ended_at"] is not None
    again = await market.post(path, admin, json=WHY)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/halt-ended")


async def test_one_size_is_halted_and_the_others_trade_on(
    market: World, admin: Person, buyer: Person
) -> None:
    body = {"product_id": market.product_id, "size": "9", **WHY}
    await market.carried_out("/v1/admin/halts", admin, json=body)
    await market.bid(buyer, 10_000)
    refused = await market.post("/v1/bids", buyer, json=market.quote(10_000, size="9"))
    assert refused.status_code == 409


async def test_an_answer_does_not_wait_for_ever(market: World, admin: Person) -> None:
    body = {"product_id": market.product_id, **WHY}
    call = market.later(market.post("/v1/admin/halts", admin, json=body))
    await market.clock.advance(timedelta(seconds=3))
    assert (await call).status_code == 202


async def test_what_cannot_be_halted_is_refused_at_once(market: World, admin: Person) -> None:
    for body, status in (
        ({"product_id": str(uuid4()), **WHY}, 404),
        ({"product_id": market.product_id, "size": "12", **WHY}, 422),
        ({"product_id": market.product_id, "size": "twelve", **WHY}, 422),
        ({"product_id": market.product_id, "condition": "worn", **WHY}, 400),
        ({"product_id": market.product_id}, 400),
    ):
        assert (await market.post("/v1/admin/halts", admin, json=body)).status_code == status
    nobodys = f"/v1/admin/halts/{uuid4()}/end"
    assert (await market.post(nobodys, admin, json=WHY)).status_code == 404
