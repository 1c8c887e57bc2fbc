"""Users and addresses over HTTP."""

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
        [(name, value) for name, value in answer.headers.items() if name != "x-request-id"]
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
