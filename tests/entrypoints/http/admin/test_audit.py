"""The audit log over HTTP."""

from uuid import UUID

import pytest

from ..world import PRODUCT, Person, World

WHY = {"reason": "sent two fakes in one week"}


async def log(world: World, admin: Person, **params: str) -> list[dict[str, object]]:
    body = await world.ok("GET", "/v1/admin/audit", admin, params=params)
    items: list[dict[str, object]] = body["items"]
    return items


async def test_an_admin_reads_what_staff_did_and_why(world: World, admin: Person) -> None:
    someone = await world.person("someone")
    path = f"/v1/users/{someone.id}/suspension"
    await world.ok("PUT", path, admin, json={"suspended": True, **WHY})
    entry = (await log(world, admin))[0]
    UUID(str(entry.pop("id")))
    assert entry == {
        "at": world.clock.now().isoformat().replace("+00:00", "Z"),
        "actor_id": admin.id,
        "action": "suspension_set",
        "target": {"kind": "user", "id": someone.id},
        **WHY,
        "facts": {"suspended": True},
        "about": None,
        "token_id": None,
    }


async def test_the_log_is_paged_and_filtered_by_actor_and_target(
    world: World, admin: Person
) -> None:
    first, second = await world.person("first"), await world.person("second")
    for person in (first, second, first):
        path = f"/v1/users/{person.id}/suspension"
        await world.ok("PUT", path, admin, json={"suspended": False, **WHY})
    own = await log(world, admin, actor_id=admin.id)
    assert [e["target"] for e in own] == [
        {"kind": "user", "id": person.id} for person in (first, second, first)
    ]
    assert len(await log(world, admin, target_id=first.id)) == 2
    assert await log(world, admin, actor_id=admin.id, target_id=admin.id) == []
    page = await world.ok("GET", "/v1/admin/audit", admin, params={"limit": "2"})
    rest = await world.ok(
        "GET", "/v1/admin/audit", admin, params={"limit": "100", "cursor": page["next_cursor"]}
    )
    assert page["items"] + rest["items"] == await log(world, admin)


async def test_the_catalogue_is_changed_without_a_reason_but_not_unseen(
    world: World, admin: Person
) -> None:
    product = await world.ok("POST", "/v1/products", admin, json=PRODUCT)
    path = f"/v1/products/{product['id']}"
    await world.ok("PATCH", path, admin, json={"retail_price": 12_000, "brand": PRODUCT["brand"]})
    await world.ok("PATCH", path, admin, json={"retail_price": 12_000})
    edited, created = await log(world, admin, target_id=product["id"])
    assert (created["action"], created["facts"]) == (
        "product_created",
        {"style_code": PRODUCT["style_code"]},
    )
    assert (edited["action"], edited["facts"]) == (
        "product_edited",
        {"version": 2, "changed": ["retail_price"]},
    )
    assert edited["actor_id"] == admin.id
    assert edited["reason"] is None


@pytest.mark.parametrize("reason", [None, "", "two\nlines", "x" * 501])
async def test_an_action_without_a_sound_reason_is_refused_and_not_in_the_log(
    world: World, admin: Person, reason: str | None
) -> None:
    someone = await world.person("someone")
    before = await log(world, admin)
    for path, body in (("suspension", {"suspended": True}), ("roles", {"roles": ["buyer"]})):
        if reason is None and path == "roles":
            continue  # a role may be given without one
        answer = await world.call(
            "PUT",
            f"/v1/users/{someone.id}/{path}",
            admin,
            json=body if reason is None else {**body, "reason": reason},
        )
        assert answer.status_code in (400, 422), answer.text
    assert await log(world, admin) == before
