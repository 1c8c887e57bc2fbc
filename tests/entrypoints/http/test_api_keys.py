"""API keys over HTTP: created, used, limited, revoked."""

from datetime import timedelta
from typing import Any

import pytest

from solebook.config.http import HttpSettings
from solebook.core.users.token_texts import shown_prefix, token_text
from solebook.ports.language.ids import ApiTokenId
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.users import Role

from .world import Person, World, open_market

KEYS = "/v1/users/me/api-keys"


async def key_of(world: World, who: Person, *scopes: str, **more: Any) -> Person:
    """Return a program that has an API key of somebody."""
    body = {"name": "my bot", "scopes": scopes, **more}
    created = await world.ok("POST", KEYS, who, json=body)
    headers = {"Authorization": f"Bearer {created['key']}"}
    return Person(who.name, created["api_key"]["id"], headers)


async def test_a_key_is_shown_once_and_listed_by_its_prefix(world: World) -> None:
    buyer = await world.person("buyer")
    created = await world.ok("POST", KEYS, buyer, json={"name": " my bot ", "scopes": ["read"]})
    key, shown = created["key"], created["api_key"]
    assert len(key) == 76
    assert key.startswith(shown["prefix"])
    assert (shown["name"], shown["scopes"]) == ("my bot", ["read"])
    assert shown["last_used_at"] is shown["expires_at"] is shown["revoked_at"] is None
    listed = await world.get(KEYS, buyer)
    assert listed.json() == {"items": [shown], "next_cursor": None}
    assert key not in listed.text

    await world.ok("GET", "/v1/bids", Person("", headers={"Authorization": f"Bearer {key}"}))
    [used] = (await world.ok("GET", KEYS, buyer))["items"]
    assert used["last_used_at"] == used["created_at"]  # the clock stands


async def test_a_program_trades_for_its_user(world: World) -> None:
    await open_market(world)
    program = await key_of(world, world.people["buyer"], "trade")
    bid = (await world.bid(program))["bid"]
    assert (await world.get(f"/v1/bids/{bid['id']}", program)).status_code == 403
    assert (await world.get(f"/v1/bids/{bid['id']}", world.people["buyer"])).status_code == 200
    refused = (await world.get("/v1/bids", program)).json()
    assert refused["detail"] == "only an API key with the scope read may call GET /v1/bids"


async def test_a_revoked_key_is_refused_by_the_next_request(world: World) -> None:
    buyer = await world.person("buyer")
    program, other = await key_of(world, buyer, "read"), await key_of(world, buyer, "read")
    assert (await world.get("/v1/bids", program)).status_code == 200
    stranger = await world.person("stranger")
    assert (await world.call("DELETE", f"{KEYS}/{program.id}", stranger)).status_code == 404
    for _ in range(2):
        await world.ok("DELETE", f"{KEYS}/{program.id}", buyer)
    refused = await world.get("/v1/bids", program)
    assert (refused.status_code, "revoked" in refused.json()["detail"]) == (401, True)
    assert (await world.get("/v1/bids", other)).status_code == 200
    newest, oldest = (await world.ok("GET", KEYS, buyer))["items"]
    assert (newest["revoked_at"], oldest["revoked_at"] is None) == (None, False)


async def test_a_suspended_users_keys_fail_at_once_and_the_audit_log_has_whose_key_did_it(
    world: World,
) -> None:
    buyer, admin = await world.person("buyer"), await world.person("admin", Role.ADMIN)
    program, staff = await key_of(world, buyer, "read"), await key_of(world, admin, "admin")
    for suspended, status in ((True, 401), (False, 200)):
        body = {"suspended": suspended, "reason": "as agreed"}
        await world.ok("PUT", f"/v1/users/{buyer.id}/suspension", staff, json=body)
        assert (await world.get("/v1/bids", program)).status_code == status
    audit = await world.ok("GET", f"/v1/admin/audit?target_id={buyer.id}", staff)
    assert {entry["token_id"] for entry in audit["items"]} == {staff.id}


async def test_the_key_of_an_admin_is_an_admins_only_within_its_scope(world: World) -> None:
    places = await open_market(world)
    admin, path = world.people["admin"], f"/v1/orders/{places['order_id']}"
    for scopes, status in ((("read", "trade"), 404), (("read", "admin"), 200)):
        assert (await world.get(path, await key_of(world, admin, *scopes))).status_code == status


async def test_a_key_ends_when_it_expires(world: World) -> None:
    buyer = await world.person("buyer")
    ends = (world.clock.now() + timedelta(days=1)).isoformat()
    program = await key_of(world, buyer, "read", expires_at=ends)
    assert (await world.get("/v1/bids", program)).status_code == 200
    await world.pass_of_time(timedelta(days=1))
    refused = await world.get("/v1/bids", program)
    assert (refused.status_code, "expired" in refused.json()["detail"]) == (401, True)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": " "}, 422),
        ({"scopes": []}, 400),
        ({"scopes": ["everything"]}, 400),
        ({"scopes": ["admin"]}, 403),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422),
        ({"expires_at": "2126-01-01T00:00:00Z"}, 422),
        ({"expires_at": "2026-12-01T00:00:00"}, 400),
    ],
)
async def test_nothing_wrong_becomes_a_key(world: World, wrong: Any, status: int) -> None:
    buyer = await world.person("buyer")
    body = {"name": "my bot", "scopes": ["read"], **wrong}
    assert (await world.post(KEYS, buyer, json=body)).status_code == status
    assert (await world.ok("GET", KEYS, buyer))["items"] == []


async def test_wrong_keys_are_unknown_whatever_is_wrong_with_them(world: World) -> None:
    program = await key_of(world, await world.person("buyer"), "read")
    key = program.headers["Authorization"].removeprefix("Bearer ")
    known = ApiTokenId(world.application.adapters.ids.new())
    for wrong in (
        key[:-1],
        f"{key}0",
        key.swapcase(),
        token_text(known, "a guess"),
        key[:27] + token_text(known, "a guess")[27:],
        "sole_",
        shown_prefix(known),
        "sole_" + "é" * 71,
    ):
        headers = [(b"authorization", f"Bearer {wrong}".encode())]
        answer = await world.client.get("/v1/bids", headers=headers)
        assert (answer.status_code, "unknown" in answer.json()["detail"]) == (401, True), wrong


class TestLimits:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        few, plenty = RateLimit(burst=3, per_second=1), RateLimit(burst=1_000, per_second=1_000)
        return HttpSettings(
            user_limit=plenty, key_limit=few, address_limit=plenty, credentials_limit=few
        )

    async def test_each_key_has_a_limit_of_its_own(self, world: World) -> None:
        buyer = await world.person("buyer")
        one, other = await key_of(world, buyer, "read"), await key_of(world, buyer, "read")
        statuses = [(await world.get("/v1/bids", one)).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert (await world.get("/v1/bids", other)).status_code == 200
        assert (await world.get("/v1/bids", buyer)).status_code == 200

    async def test_wrong_keys_are_limited_and_right_ones_go_on(self, world: World) -> None:
        program = await key_of(world, await world.person("buyer"), "read")
        wrong = Person("", headers={"Authorization": "Bearer sole_wrong"})
        statuses = [(await world.get("/v1/bids", wrong)).status_code for _ in range(4)]
        assert statuses == [401, 401, 401, 429]
        assert (await world.get("/v1/bids", program)).status_code == 200
