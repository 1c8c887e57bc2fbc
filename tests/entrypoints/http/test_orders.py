"""Orders over HTTP."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from ...served import ADDRESS
from .world import PARCEL, PASS, Person, World


async def test_a_trade_goes_from_bid_to_payout(
    market: World, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert (order["status"], order["payment_status"]) == ("confirmed", "captured")
    assert order["fees"] == {
        "seller_level": 1,
        "transaction": 1_800,
        "processing": 600,
        "shipping": None,
    }
    assert order["payout_amount"] == 17_600

    await market.move(order_id, "shipment-extension", seller)
    shipped = await market.move(order_id, "shipment", seller, json=PARCEL)
    assert (shipped["status"], shipped["inbound"]) == ("seller_shipping", PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    claimed = await market.ok("POST", f"{task}/claim", authenticator)
    assert (claimed["status"], claimed["authenticator_id"]) == ("in_review", authenticator.id)
    passed = await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    assert passed["verdict"] == {**PASS, "reason": None}
    await market.workers.settle()
    dispatched = await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    assert dispatched["status"] == "shipping_to_buyer"
    delivered = await market.move(order_id, "delivery", buyer)
    assert (delivered["status"], delivered["payout_status"]) == ("delivered", "held")

    await market.pass_of_time(timedelta(days=3))
    [payout] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    assert (payout["order_id"], payout["status"], payout["amount"]) == (order_id, "paid", 17_600)
    assert (await market.ok("GET", "/v1/payouts", buyer))["items"] == []
    events = await market.ok("GET", f"/v1/orders/{order_id}/history", seller)
    assert [event["type"] for event in events] == [
        "match_created",
        "stock_reserved",
        "confirmed",
        "ship_by_extended",
        "seller_shipped",
        "received",
        "auth_passed",
        "shipped",
        "delivered",
        "payout_paid",
    ]
    assert [event["number"] for event in events] == list(range(1, 11))


async def test_neither_party_sees_the_others_side_of_the_bill(
    market: World, buyer: Person, seller: Person, admin: Person
) -> None:
    order_id = await market.order(buyer, seller)

    async def bill(who: Person) -> list[Any]:
        order = await market.ok("GET", f"/v1/orders/{order_id}", who)
        fees = order["fees"]
        return [
            order["price"],
            fees["transaction"],
            fees["processing"],
            order["payout_amount"],
            fees["shipping"],
            order["buyer_total"],
        ]

    assert await bill(buyer) == [20_000, None, None, None, 1_400, 21_400]
    assert await bill(seller) == [20_000, 1_800, 600, 17_600, None, None]
    assert await bill(admin) == [20_000, 1_800, 600, 17_600, 1_400, 21_400]

    async def paid(who: Person) -> Any:
        events = await market.ok("GET", f"/v1/orders/{order_id}/history", who)
        return next(event["data"] for event in events if event["type"] == "confirmed")

    ship_by = (await market.ok("GET", f"/v1/orders/{order_id}", buyer))["ship_by"]
    assert await paid(buyer) == {"amount": 21_400, "ship_by": ship_by}
    assert await paid(seller) == {"ship_by": ship_by}


async def test_why_a_payment_was_declined_is_told_to_the_buyer_alone(
    market: World, seller: Person
) -> None:
    broke = await market.buyer("broke", card="pm_card_declined")
    order_id = await market.order(broke, seller)

    async def notes(who: Person) -> list[Any]:
        order = await market.ok("GET", f"/v1/orders/{order_id}", who)
        [listed] = (await market.ok("GET", "/v1/orders", who))["items"]
        events = await market.ok("GET", f"/v1/orders/{order_id}/history", who)
        return [order["note"], listed["note"], events[-1]["data"]["note"]]

    assert await notes(broke) == ["card_declined"] * 3
    assert await notes(seller) == [None] * 3
    listed = await market.ok("GET", "/v1/notifications", seller)
    assert not any("card" in told["subject"] + told["text"] for told in listed["items"])


async def test_a_failed_pair_goes_back_to_its_seller(
    market: World, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    fail = {**PASS, "passed": False, "photos": [], "reason": "The stitching is wrong."}
    await market.ok("POST", f"{task}/verdict", authenticator, json=fail)
    await market.workers.settle()
    order = await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    assert (order["status"], order["return_status"]) == ("auth_failed", "sent")
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["payment_status"], order["note"]) == ("refunded", "The stitching is wrong.")


async def test_the_seller_cancels_and_the_buyer_is_refunded(
    market: World, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    cancelled = await market.move(order_id, "cancellation", seller, json={"reason": "It is torn."})
    assert (cancelled["status"], cancelled["note"]) == ("cancelled", "It is torn.")
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["payment_status"], order["cancel_reason"]) == ("refunded", "seller_cancelled")


async def test_an_illegal_move_is_told_with_the_legal_ones(
    market: World, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    answer = await market.post(f"/v1/orders/{order_id}/delivery", buyer)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "/problems/illegal-move"
    assert (problem["status"], problem["current_status"]) == (409, "confirmed")
    assert problem["legal"]


async def test_orders_are_listed_by_role_and_status(
    market: World, buyer: Person, seller: Person, admin: Person, authenticator: Person
) -> None:
    first = await market.order(buyer, seller)
    second = await market.order(buyer, seller)
    await market.move(first, "shipment", seller, json=PARCEL)

    async def listed(who: Person, query: str) -> list[str]:
        orders = await market.ok("GET", f"/v1/orders{query}", who)
        return [order["id"] for order in orders["items"]]

    assert await listed(buyer, "") == [second, first]
    assert await listed(buyer, "?role=buyer") == [second, first]
    assert await listed(buyer, "?role=seller") == []
    assert await listed(seller, "?role=seller&status=confirmed") == [second]
    assert await listed(admin, "") == []
    assert await listed(admin, "?role=admin&status=seller_shipping") == [first]
    assert await listed(authenticator, "?role=authenticator") == [second, first]
    refused = await market.get("/v1/orders?role=admin", authenticator)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")


async def test_a_blank_reason_is_refused(market: World, buyer: Person, seller: Person) -> None:
    order_id = await market.order(buyer, seller)
    answer = await market.post(f"/v1/orders/{order_id}/cancellation", seller, {"reason": "  "})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-text")


async def move_house(market: World, buyer: Person, street: str | None) -> None:
    """Have the buyer delete every address, after adding another one if there is one."""
    addresses = "/v1/users/me/addresses"
    old = await market.ok("GET", addresses, buyer)
    if street is not None:
        await market.ok("POST", addresses, buyer, json={**ADDRESS, "street": street})
    for address in old:
        await market.ok("DELETE", f"{addresses}/{address['id']}", buyer)


async def test_a_pair_goes_where_its_buyer_lived_at_the_match(
    market: World, buyer: Person, seller: Person, authenticator: Person
) -> None:
    await market.ask(seller)
    await move_house(market, buyer, "2 Second Street")
    match = (await market.bid(buyer))["match"]
    await move_house(market, buyer, "3 Third Street")
    await market.workers.settle()
    path = f"/v1/orders/{match['order_id']}"
    for viewer in (buyer, authenticator):
        shown = (await market.ok("GET", path, viewer))["ship_to"]
        assert shown == {**ADDRESS, "street": "2 Second Street"}
    await move_house(market, buyer, None)
    shown = (await market.ok("GET", path, buyer))["ship_to"]
    assert shown == {**ADDRESS, "street": "2 Second Street"}


async def test_a_seller_never_sees_where_the_pair_goes(
    market: World, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    path = f"/v1/orders/{order_id}"
    assert (await market.ok("GET", path, buyer))["ship_to"] == ADDRESS
    assert (await market.ok("GET", path, seller))["ship_to"] is None
    moved = await market.post(f"{path}/shipment", seller, PARCEL)
    seen = [moved, *[await market.get(p, seller) for p in (path, f"{path}/history", "/v1/orders")]]
    for answer in seen:
        assert answer.is_success
        assert ADDRESS["street"] not in answer.text
        assert ADDRESS["postal_code"] not in answer.text


async def test_without_an_address_at_the_match_a_pair_goes_to_the_newest_one(
    market: World, buyer: Person, seller: Person
) -> None:
    resting = (await market.bid(buyer))["bid"]
    await move_house(market, buyer, None)  # which leaves the bid in its book
    order_id = (await market.ask(seller))["match"]["order_id"]
    path = f"/v1/orders/{order_id}"
    order = await market.ok("GET", path, buyer)
    assert (order["bid_id"], order["ship_to"]) == (resting["id"], None)
    for street in ("2 Second Street", "3 Third Street"):
        await move_house(market, buyer, street)
        assert (await market.ok("GET", path, buyer))["ship_to"] == {**ADDRESS, "street": street}
        assert (await market.ok("GET", path, seller))["ship_to"] is None


async def test_the_seller_and_the_warehouse_see_where_the_seller_ships_the_pair(
    market: World, buyer: Person, seller: Person, authenticator: Person
) -> None:
    path = f"/v1/orders/{await market.order(buyer, seller, 20_000)}"
    for viewer in (seller, authenticator):
        shown = (await market.ok("GET", path, viewer))["warehouse"]
        assert shown == asdict(market.application.warehouse)
    assert (await market.ok("GET", path, buyer))["warehouse"] is None
