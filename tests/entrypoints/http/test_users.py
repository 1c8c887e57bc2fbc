"""Users and addresses over HTTP."""

from datetime import timedelta
from uuid import uuid4

from ...served import ADDRESS, PASSWORD
from .world import Person, World

NEWCOMER = {
    "email": "Newcomer@Example.com",
    "password": PASSWORD,
    "first_name": "Test",
    "last_name": "Newcomer",
}


async def test_a_newcomer_is_a_buyer_and_never_shown_a_password_hash(world: World) -> None:
    answer = await world.post("/v1/users", json=NEWCOMER)
    assert (answer.status_code, answer.json()) == (202, {"email": "Newcomer@Example.com"})
    person = Person("newcomer")
    await world.sign_in(person)
    user = await world.ok("GET", "/v1/users/me", person)
    assert (user["email"], user["roles"]) == ("newcomer@example.com", ["buyer"])
    assert "password_hash" not in user


async def test_nobody_learns_who_has_registered(world: World) -> None:
    first = await world.post("/v1/users", json=NEWCOMER)
    taken = await world.post("/v1/users", json=NEWCOMER | {"password": "another password"})
    headers = [
        [(name, value) for name, value in answer.headers.items() if name != "request-id"]
        for answer in (first, taken)
    ]
    assert (taken.status_code, taken.content, headers[1]) == (202, first.content, headers[0])
    await world.sign_in(Person("newcomer"))  # with the password of the first


async def test_a_registration_that_makes_no_sense_is_refused(world: World) -> None:
    senseless: list[tuple[dict[str, object], int]] = [
        ({"password": "short"}, 400),
        ({"password": "x" * 73}, 400),
        ({"password": "\N{WOMAN}" * 19}, 422),
        ({"email": "nowhere"}, 422),
        ({"first_name": ""}, 400),
        ({"first_name": "\n"}, 422),
        ({"first_name": "Win at evil.example/x"}, 422),
        ({"last_name": "www.evil.example"}, 422),
        ({"role": "admin"}, 400),
        ({"roles": ["admin"]}, 400),
    ]
    answers = [
        (change, (await world.post("/v1/users", json={**NEWCOMER, **change})).status_code)
        for change, _ in senseless
    ]
    assert answers == senseless


async def test_the_own_profile_is_read_and_edited(world: World) -> None:
    person = await world.person("person")
    assert (await world.ok("GET", "/v1/users/me", person))["id"] == person.id
    await world.ok("PATCH", "/v1/users/me", person, json={"last_name": "Changed"})
    user = await world.ok("GET", "/v1/users/me", person)
    assert (user["first_name"], user["last_name"]) == ("Test", "Changed")


async def test_payment_details_are_shown_by_their_end_alone(world: World) -> None:
    person = await world.person("person")
    await world.ok(
        "PUT", "/v1/users/me/payment-method", person, json={"token": "pm_1Secret00004242"}
    )
    user = await world.ok(
        "PUT", "/v1/users/me/payout-account", person, json={"account": "acct_short"}
    )
    assert (user["payment_method"], user["payout_account"]) == ("****4242", "****")
    assert user["roles"] == ["buyer", "seller"]


async def test_addresses_are_added_listed_and_removed(world: World) -> None:
    person, other = await world.person("person"), await world.person("other")
    added = await world.post("/v1/users/me/addresses", person, ADDRESS)
    assert added.status_code == 201
    address = added.json()
    assert await world.ok("GET", "/v1/users/me/addresses", person) == [address]
    assert await world.ok("GET", "/v1/users/me/addresses", other) == []

    path = f"/v1/users/me/addresses/{address['id']}"
    assert (await world.call("DELETE", path, other)).status_code == 404
    assert (await world.call("DELETE", path, person)).status_code == 204
    assert (await world.call("DELETE", path, person)).status_code == 404
    assert await world.ok("GET", "/v1/users/me/addresses", person) == []


async def test_a_user_keeps_twenty_addresses(world: World) -> None:
    person = await world.person("person")
    for _ in range(20):
        await world.ok("POST", "/v1/users/me/addresses", person, json=ADDRESS)
    answer = await world.post("/v1/users/me/addresses", person, ADDRESS)
    assert (answer.status_code, answer.json()["limit"]) == (409, 20)


async def test_an_admin_sets_roles_which_end_the_users_sessions(
    world: World, admin: Person
) -> None:
    person = await world.person("person")
    user = await world.ok(
        "PUT",
        f"/v1/users/{person.id}/roles",
        admin,
        json={"roles": ["authenticator"], "reason": "as agreed"},
    )
    assert user["roles"] == ["authenticator"]
    assert (await world.get("/v1/users/me", person)).status_code == 401
    answer = await world.call(
        "PUT", f"/v1/users/{uuid4()}/roles", admin, json={"roles": ["buyer"], "reason": "as agreed"}
    )
    assert answer.status_code == 404


async def test_a_suspended_user_places_no_asks(
    market: World, seller: Person, admin: Person
) -> None:
    path = f"/v1/users/{seller.id}/suspension"
    assert (await market.ok("PUT", path, admin, json={"suspended": True, "reason": "as agreed"}))[
        "suspended"
    ]
    answer = await market.post("/v1/asks", seller, market.quote())
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/trading-suspended")
    await market.ok("PUT", path, admin, json={"suspended": False, "reason": "as agreed"})
    await market.ask(seller)


async def test_an_account_is_closed_with_its_password(world: World, buyer: Person) -> None:
    body = {"password": PASSWORD}
    refused = await world.call("DELETE", "/v1/users/me", buyer, json={"password": "guessed"})
    assert refused.status_code == 401
    closed = await world.call("DELETE", "/v1/users/me", buyer, json=body)
    assert (closed.status_code, closed.content) == (204, b"")
    assert (await world.get("/v1/users/me", buyer)).status_code == 401
    credentials = {"email": "buyer@example.com", "password": PASSWORD}
    assert (await world.post("/v1/sessions", json=credentials)).status_code == 401


async def test_a_seller_who_must_ship_is_told_so_instead_of_closing(
    world: World, buyer: Person, seller: Person
) -> None:
    await world.order(buyer, seller)
    refused = await world.call("DELETE", "/v1/users/me", seller, json={"password": PASSWORD})
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (409, "/problems/account-needed")
    assert problem["because"] == ["sale_not_shipped"]
    assert (await world.get("/v1/users/me", seller)).json()["suspended"] is False


async def test_admins_see_when_an_account_was_closed_and_what_is_left_of_it(
    world: World, buyer: Person, admin: Person
) -> None:
    await world.call("DELETE", "/v1/users/me", buyer, json={"password": PASSWORD})
    await world.workers.settle()
    await world.clock.advance(timedelta(days=11))
    await world.workers.settle()
    await world.sign_in(admin)
    record = await world.ok("GET", f"/v1/admin/users/{buyer.id}", admin)
    assert (record["first_name"], record["last_name"]) == ("Closed", "account")
    assert record["closed_at"] < record["erased_at"]
    lift = {"suspended": False, "reason": "a mistake"}
    refused = await world.call("PUT", f"/v1/users/{buyer.id}/suspension", admin, json=lift)
    assert refused.json()["type"] == "/problems/account-closed"
