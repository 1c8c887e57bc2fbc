"""What the payment provider did unasked, and how an admin decides on it over HTTP."""

from solebook.composition.provider_pages import ProviderPages
from solebook.ports.language.paging import PageRequest

from ..world import World, open_market

_ALL = PageRequest(limit=100)
WHY = {"reason": "a refund by mistake"}


async def charge_of(world: World, order_id: str) -> str:
    orders = await world.application.adapters.store.orders.all(_ALL)
    payments = world.application.adapters.store.payments
    for order in orders.items:
        payment = await payments.find(order.id)
        if str(order.id) == order_id and payment is not None and payment.charge_id is not None:
            return payment.charge_id
    raise AssertionError(order_id)


async def test_a_refund_at_the_provider_is_seen_and_borne(world: World) -> None:
    order_id, admin = (await open_market(world))["order_id"], world.people["admin"]
    await ProviderPages(world.application).refund(await charge_of(world, order_id), 100)
    await world.workers.settle()

    alarms = await world.ok("GET", "/v1/admin/alarms?open=true", admin)
    found = [alarm for alarm in alarms["items"] if alarm["order_id"] == order_id]
    assert [alarm["kind"] for alarm in found] == ["provider_report"]
    frozen = await world.ok("GET", "/v1/admin/frozen-orders", admin)
    assert [order["id"] for order in frozen["items"]] == [order_id]
    seller = await world.ok("GET", f"/v1/orders/{order_id}", world.people["seller"])
    assert seller["payout_freezes"] == ["provider"]

    path = f"/v1/admin/orders/{order_id}/shortfall"
    borne = await world.ok("POST", path, admin, json={"borne_by": "exchange", **WHY})
    assert borne == {"order_id": order_id, "amount": 100, "borne_by": "exchange"}
    again = await world.post(path, admin, json={"borne_by": "seller", **WHY})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/no-shortfall")


async def test_each_party_sees_its_side_of_it_in_the_history(world: World) -> None:
    order_id = (await open_market(world))["order_id"]
    await ProviderPages(world.application).refund(await charge_of(world, order_id), 100)
    await world.workers.settle()
    path = f"/v1/orders/{order_id}/history"
    for who, data in (("buyer", {"amount": 100}), ("seller", {})):
        events = await world.ok("GET", path, world.people[who])
        told = [event for event in events if event["type"] == "payment_refunded_unasked"]
        assert [event["data"] for event in told] == [data]


async def test_money_of_nobody_is_written_off(world: World) -> None:
    await open_market(world)
    name = await ProviderPages(world.application).charge(None, 5_000)
    await world.workers.settle()
    path, admin = "/v1/admin/suspense-write-off", world.people["admin"]
    other = await ProviderPages(world.application).charge(None, 100)
    await world.workers.settle()
    first = await world.ok("GET", "/v1/admin/suspense?limit=1", admin)
    cursor = first["next_cursor"]
    second = await world.ok("GET", f"/v1/admin/suspense?limit=1&cursor={cursor}", admin)
    assert {item["name"]: item["amount"] for item in first["items"] + second["items"]} == {
        name: 5_000,
        other: 100,
    }
    assert second["next_cursor"] is None
    kept = await world.ok("POST", path, admin, json={"name": name, **WHY})
    assert kept == {"name": name, "amount": 5_000}
    again = await world.post(path, admin, json={"name": name, **WHY})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/nothing-in-suspense")
    solvency = await world.application.payments.check_solvency()
    assert solvency.balanced
