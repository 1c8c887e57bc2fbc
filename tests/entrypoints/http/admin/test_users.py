"""Users as staff sees them, over HTTP."""

from datetime import timedelta
from uuid import uuid4

from ..world import Person, World


async def test_a_user_is_found_by_email_and_by_id(
    market: World, admin: Person, seller: Person
) -> None:
    await market.ask(seller, 30_000)
    found = await market.ok("GET", "/v1/admin/users", admin, params={"email": "Seller@Example.com"})
    by_id = await market.ok("GET", f"/v1/admin/users/{seller.id}", admin)
    assert found == {"items": [by_id], "next_cursor": None}
    assert by_id.pop("created_at")
    assert by_id == {
        "id": seller.id,
        "email": "seller@example.com",
        "first_name": "Test",
        "last_name": "Seller",
        "roles": ["buyer", "seller"],
        "suspended": False,
        "has_payment_method": False,
        "has_payout_account": True,
        "payable": 0,
        "debt": 0,
        "open_bids": 0,
        "open_asks": 1,
        "declines": 0,
        "bids_barred_until": None,
        "email_proven": True,
        "phone_proven": False,
        "closed_at": None,
        "erased_at": None,
    }


async def test_nobody_is_found_where_nobody_is(world: World, admin: Person) -> None:
    params = {"email": "nobody@example.com"}
    nobody = await world.ok("GET", "/v1/admin/users", admin, params=params)
    assert nobody == {"items": [], "next_cursor": None}
    assert (await world.get(f"/v1/admin/users/{uuid4()}", admin)).status_code == 404
    assert (await world.get("/v1/admin/users", admin)).status_code == 400


async def test_staff_sees_which_quotes_a_user_has(
    market: World, admin: Person, seller: Person
) -> None:
    asks = [(await market.ask(seller, 30_000 + n * 100))["ask"] for n in range(3)]
    path = f"/v1/admin/users/{seller.id}/quotes"
    listed = await market.ok("GET", path, admin, params={"side": "ask", "limit": "2"})
    rest = await market.ok(
        "GET", path, admin, params={"side": "ask", "cursor": listed["next_cursor"]}
    )
    assert [q["id"] for q in listed["items"] + rest["items"]] == [a["id"] for a in asks[::-1]]
    assert (await market.ok("GET", path, admin, params={"side": "bid"}))["items"] == []
    nobodys = f"/v1/admin/users/{uuid4()}/quotes"
    assert (await market.get(nobodys, admin, params={"side": "bid"})).status_code == 404


async def test_a_seller_sees_the_debt_that_staff_sees(
    market: World, admin: Person, buyer: Person, seller: Person
) -> None:
    await market.order(buyer, seller, 20_000)
    await market.pass_of_time(timedelta(days=5))
    own = await market.ok("GET", "/v1/users/me/balance", seller)
    assert own == {"payable": 0, "debt": 3_000}
    record = await market.ok("GET", f"/v1/admin/users/{seller.id}", admin)
    assert (record["payable"], record["debt"]) == (0, 3_000)
