"""How staff interferes with orders over HTTP, and what the parties see of it."""

from datetime import timedelta
from typing import Any

from solebook.ports.language.users import Role

from ..world import PARCEL, PASS, World, open_market

WHY = {"reason": "as agreed"}


async def delivered(world: World) -> str:
    order_id = (await open_market(world))["order_id"]
    authenticator = world.people["authenticator"]
    await world.move(order_id, "shipment", world.people["seller"], json=PARCEL)
    await world.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    await world.ok("POST", f"{task}/claim", authenticator)
    await world.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await world.workers.settle()
    await world.move(order_id, "dispatch", authenticator, json=PARCEL)
    await world.move(order_id, "delivery", world.people["buyer"])
    return order_id


async def act(world: World, order_id: str, action: str, **body: Any) -> Any:
    path = f"/v1/admin/orders/{order_id}/{action}"
    answer = await world.ok("POST", path, world.people["admin"], json={**WHY, **body})
    await world.workers.settle()
    return answer


async def view(world: World, order_id: str, who: str) -> Any:
    return await world.ok("GET", f"/v1/orders/{order_id}", world.people[who])


async def test_a_complaint_goes_from_the_buyer_over_an_admin_to_the_refund(world: World) -> None:
    order_id = await delivered(world)
    body = {"kind": "not_as_described", "reason": "The left shoe is a size 9."}
    made = await world.move(order_id, "complaint", world.people["buyer"], json=body)
    assert (made["complaint"]["state"], made["complaint"]["reason"]) == ("open", body["reason"])
    seller = await view(world, order_id, "seller")
    assert (seller["payout_freezes"], seller["complaint"]) == (["complaint"], made["complaint"])
    alarms = await world.ok("GET", "/v1/admin/alarms?open=true", world.people["admin"])
    assert order_id in [alarm["order_id"] for alarm in alarms["items"]]

    await act(world, order_id, "complaint-decision", in_favour_of="buyer", borne_by="seller")
    buyer = await view(world, order_id, "buyer")
    assert (buyer["complaint"]["state"], buyer["payment_status"]) == ("return_awaited", "captured")
    assert buyer["warehouse"] is not None
    assert buyer["borne_by"] is None

    await world.move(order_id, "receipt", world.people["authenticator"])
    buyer = await view(world, order_id, "buyer")
    assert (buyer["complaint"]["state"], buyer["payment_status"]) == ("upheld", "refunded")
    seller = await view(world, order_id, "seller")
    assert (seller["borne_by"], seller["payout_status"], seller["return_status"]) == (
        "seller",
        "cancelled",
        "due",
    )


async def test_a_complaint_that_comes_too_late_says_until_when_it_was_possible(
    world: World,
) -> None:
    order_id = await delivered(world)
    complain_by = (await view(world, order_id, "buyer"))["complain_by"]
    await world.pass_of_time(timedelta(days=3))
    answer = await world.post(
        f"/v1/orders/{order_id}/complaint",
        world.people["buyer"],
        json={"kind": "not_as_described", "reason": "odd"},
    )
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/complaint-too-late")
    assert problem["until"] == complain_by


async def test_a_payout_is_frozen_and_released(world: World) -> None:
    order_id = await delivered(world)
    assert (await act(world, order_id, "payout-freeze"))["payout_freezes"] == ["admin"]
    await world.pass_of_time(timedelta(days=9))
    assert (await view(world, order_id, "seller"))["payout_status"] == "held"
    await act(world, order_id, "payout-release")
    assert (await view(world, order_id, "seller"))["payout_status"] == "paid"


async def test_a_payout_is_repeated_once_the_account_is_mended(world: World) -> None:
    seller = await world.seller("merchant")
    account = "/v1/users/me/payout-account"
    await open_market(world)
    await world.ok("PUT", account, seller, json={"account": "acct_closed"})
    path = f"/v1/admin/orders/{await world.order(world.people['buyer'], seller)}/payout"
    answer = await world.post(path, world.people["admin"], json=WHY)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/payout-not-open")
    assert answer.json()["state"] == "none"


async def test_a_refund_says_who_bears_it_and_is_in_the_audit_log(world: World) -> None:
    order_id = await delivered(world)
    await world.pass_of_time(timedelta(days=3))
    await act(world, order_id, "refund", borne_by="seller")
    order = await view(world, order_id, "seller")
    assert (order["payment_status"], order["payout_status"]) == ("refunded", "reclaimed")
    seller_id = world.people["seller"].id
    balance = await world.ok("GET", "/v1/users/me/balance", world.people["seller"])
    assert balance["debt"] == 17_600
    write_off = f"/v1/admin/users/{seller_id}/debt-write-off"
    admin = world.people["admin"]
    left = await world.ok("POST", write_off, admin, json={"amount": 17_000, **WHY})
    assert left == {"user_id": seller_id, "debt": 600}
    too_much = await world.post(write_off, admin, json={"amount": 601, **WHY})
    assert (too_much.status_code, too_much.json()["owed"]) == (409, 600)
    log = await world.ok("GET", "/v1/admin/audit", admin, params={"limit": "2"})
    assert [entry["action"] for entry in log["items"]] == ["debt_written_off", "order_refunded"]
    assert log["items"][1]["facts"] == {"borne_by": "seller", "refund": 21_400}


async def test_who_lost_the_role_gives_no_verdict_with_an_old_token(world: World) -> None:
    order_id = (await open_market(world))["order_id"]
    authenticator = world.people["authenticator"]
    await world.move(order_id, "shipment", world.people["seller"], json=PARCEL)
    await world.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    await world.ok("POST", f"{task}/claim", authenticator)
    roles = {"roles": ["buyer"], "reason": "left the warehouse"}
    path = f"/v1/users/{authenticator.id}/roles"
    await world.ok("PUT", path, world.people["admin"], json=roles)
    with_old_token = await world.post(f"{task}/verdict", authenticator, json=PASS)
    await world.sign_in(authenticator)
    with_new_token = await world.post(f"{task}/verdict", authenticator, json=PASS)
    assert (with_old_token.status_code, with_new_token.status_code) == (401, 403)
    assert (await view(world, order_id, "buyer"))["status"] == "authenticating"


async def test_a_party_who_became_an_admin_is_refused_as_staff(world: World) -> None:
    order_id = await delivered(world)
    seller = world.people["seller"]
    roles = {"roles": [role.value for role in Role], **WHY}
    admin = world.people["admin"]
    await world.ok("PUT", f"/v1/users/{seller.id}/roles", admin, json=roles)
    await world.sign_in(seller)
    for action, body in (
        ("payout-freeze", {}),
        ("refund", {"borne_by": "exchange"}),
        ("payout", {}),
    ):
        answer = await world.post(
            f"/v1/admin/orders/{order_id}/{action}", seller, json={**WHY, **body}
        )
        assert answer.json()["type"] == "/problems/party-to-the-order", action
    own = await world.ok("GET", "/v1/orders?role=admin", seller)
    [order] = [item for item in own["items"] if item["id"] == order_id]
    assert order["buyer_total"] is None


async def test_a_party_who_became_an_authenticator_does_not_see_who_judges_the_pair(
    world: World,
) -> None:
    order_id = await delivered(world)
    seller, authenticator = world.people["seller"], world.people["authenticator"]
    roles = {"roles": ["buyer", "seller", "authenticator"], **WHY}
    await world.ok("PUT", f"/v1/users/{seller.id}/roles", world.people["admin"], json=roles)
    await world.sign_in(seller)
    path = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    assert (await world.ok("GET", path, authenticator))["authenticator_id"] == authenticator.id
    assert (await world.ok("GET", path, seller))["authenticator_id"] is None
    tasks = await world.ok("GET", "/v1/authentication/tasks", seller)
    assert [task["authenticator_id"] for task in tasks["items"]] == [None]
    for move, body in (("claim", None), ("verdict", PASS)):
        answer = await world.post(f"{path}/{move}", seller, json=body)
        assert answer.json()["type"] == "/problems/party-to-the-order", move
