"""Alarms over HTTP."""

import pytest

from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.events import AlarmRaised

from ..world import Person, World


async def raise_alarms(world: World, *notes: str) -> None:
    store = world.application.adapters.store
    for note, kind in zip(notes, AlarmKind, strict=False):
        async with store.transaction():
            await store.outbox.add(AlarmRaised(kind, None, note))
    await world.workers.settle()


async def test_an_admin_lists_what_is_open_and_resolves_it(world: World, admin: Person) -> None:
    await raise_alarms(world, "first", "second")
    listed = await world.ok("GET", "/v1/admin/alarms", admin, params={"open": "true"})
    second, first = listed["items"]
    assert (first["note"], first["count"], first["closed_at"]) == ("first", 1, None)
    path = f"/v1/admin/alarms/{first['id']}/resolution"
    resolved = await world.ok("POST", path, admin, json={"reason": "seen to"})
    assert (resolved["closed_by"], resolved["resolution"]) == (admin.id, "seen to")
    still_open = await world.ok("GET", "/v1/admin/alarms", admin, params={"open": "true"})
    assert still_open["items"] == [second]
    everything = await world.ok("GET", "/v1/admin/alarms", admin)
    assert everything["items"] == [second, resolved]
    again = await world.post(path, admin, json={"reason": "seen to"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/alarm-closed")


@pytest.mark.parametrize("path", ["/v1/admin/alarms"])
async def test_alarms_are_for_admins_alone(world: World, path: str) -> None:
    assert (await world.get(path, await world.person("someone"))).status_code == 403
    assert (await world.get(path)).status_code == 401
