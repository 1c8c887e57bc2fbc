"""Notifications and preferences over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from solebook.ports.language.notifications import ALWAYS_SENT, Channel, NotificationKind

from .world import PARCEL, Person, World

NOTIFICATIONS = "/v1/notifications"
PREFERENCES = "/v1/users/me/notification-preferences"
CHOOSABLE = sorted(set(NotificationKind) - ALWAYS_SENT)
DEFAULT = ["email", "in_app", "push"]


async def kinds(world: World, who: Person, query: str = "") -> list[str]:
    listing = await world.ok("GET", f"{NOTIFICATIONS}{query}", who)
    return [item["kind"] for item in listing["items"]]


# ---- what users read in the app ------------------------------------------------------------------


async def test_both_parties_read_of_their_trade_in_their_inboxes(
    market: World, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    assert await kinds(market, buyer) == ["order_confirmed", "bid_matched", "welcome"]
    assert await kinds(market, seller) == ["sale_confirmed", "ask_matched", "welcome"]

    listing = await market.ok("GET", NOTIFICATIONS, buyer)
    latest = listing["items"][0]
    assert latest.pop("id")
    assert latest.pop("subject").startswith("Order confirmed")
    assert latest.pop("text")
    assert latest == {
        "kind": "order_confirmed",
        "order_id": order_id,
        "product_id": market.product_id,
        "created_at": "2026-03-02T12:00:00Z",
        "read_at": None,
    }
    assert (listing["unread"], listing["next_cursor"]) == (3, None)


async def test_an_inbox_comes_in_pages(market: World, buyer: Person, seller: Person) -> None:
    await market.order(buyer, seller)
    first = await market.ok("GET", f"{NOTIFICATIONS}?limit=2", buyer)
    rest = await market.ok("GET", f"{NOTIFICATIONS}?limit=2&cursor={first['next_cursor']}", buyer)
    assert [item["kind"] for item in first["items"] + rest["items"]] == await kinds(market, buyer)
    assert rest["next_cursor"] is None
    assert first["unread"] == rest["unread"] == 3


async def test_what_was_read_keeps_the_first_time_and_can_be_unread_again(
    market: World, buyer: Person
) -> None:
    await market.workers.settle()
    [welcome] = (await market.ok("GET", NOTIFICATIONS, buyer))["items"]
    path = f"{NOTIFICATIONS}/{welcome['id']}"
    read = await market.ok("PATCH", path, buyer, json={"read": True})
    assert read == welcome | {"read_at": "2026-03-02T12:00:00Z"}
    await market.pass_of_time(timedelta(minutes=1))
    assert await market.ok("PATCH", path, buyer, json={"read": True}) == read
    assert await kinds(market, buyer, "?unread=true") == []
    assert await market.ok("GET", NOTIFICATIONS, buyer) == {
        "items": [read],
        "next_cursor": None,
        "unread": 0,
    }
    assert await market.ok("PATCH", path, buyer, json={"read": False}) == welcome
    assert await kinds(market, buyer, "?unread=true") == ["welcome"]


async def test_nobody_marks_what_is_anothers_or_is_not_there(
    market: World, buyer: Person, seller: Person
) -> None:
    await market.workers.settle()
    [welcome] = (await market.ok("GET", NOTIFICATIONS, buyer))["items"]
    for notification_id, who in ((welcome["id"], seller), (str(uuid4()), buyer)):
        answer = await market.call(
            "PATCH", f"{NOTIFICATIONS}/{notification_id}", who, json={"read": True}
        )
        assert answer.status_code == 404
        assert answer.json()["id"] == notification_id
    assert await kinds(market, buyer, "?unread=true") == ["welcome"]


@pytest.mark.parametrize("body", [{}, {"read": None}, {"read": "yes"}, {"read": 1}])
async def test_a_mark_that_makes_no_sense_is_refused(
    market: World, buyer: Person, body: dict[str, Any]
) -> None:
    await market.workers.settle()
    [welcome] = (await market.ok("GET", NOTIFICATIONS, buyer))["items"]
    answer = await market.call("PATCH", f"{NOTIFICATIONS}/{welcome['id']}", buyer, json=body)
    assert answer.status_code == 400
    assert await kinds(market, buyer, "?unread=true") == ["welcome"]


# ---- preferences ---------------------------------------------------------------------------------


async def test_who_never_said_sees_every_kind_with_its_defaults(world: World) -> None:
    person = await world.person("person")
    assert await world.ok("GET", PREFERENCES, person) == {
        "phone": None,
        "phone_proven": False,
        "devices": [],
        "channels": dict.fromkeys(CHOOSABLE, DEFAULT),
        "unreachable": [],
    }


async def test_preferences_are_replaced_as_a_whole(world: World) -> None:
    person, other = await world.person("person"), await world.person("other")
    chosen = {
        "phone": "+15550100",
        "devices": ["device-1", "device-2"],
        "channels": {"welcome": [], "payout_paid": ["sms", "email", "sms"]},
    }
    answer = await world.ok("PUT", PREFERENCES, person, json=chosen)
    assert answer == await world.ok("GET", PREFERENCES, person)
    assert (answer["phone"], answer["devices"]) == (chosen["phone"], chosen["devices"])
    assert answer["channels"]["welcome"] == []
    assert answer["channels"]["payout_paid"] == ["email", "sms"]
    assert answer["channels"]["bid_matched"] == DEFAULT
    assert await world.ok("PUT", PREFERENCES, person, json=answer) == answer

    await world.ok("PUT", PREFERENCES, person, json={"channels": {"bid_matched": []}})
    again = await world.ok("GET", PREFERENCES, person)
    assert (again["phone"], again["devices"]) == (None, [])
    assert again["channels"]["bid_matched"] == []
    assert again["channels"]["welcome"] == DEFAULT
    assert (await world.ok("GET", PREFERENCES, other))["channels"]["bid_matched"] == DEFAULT


async def test_preferences_that_make_no_sense_are_refused_and_nothing_changes(
    world: World,
) -> None:
    person = await world.person("person")
    good = await world.ok("PUT", PREFERENCES, person, json={"phone": "+15550100"})
    senseless: list[tuple[dict[str, Any], int]] = [
        ({"phone": "5550100"}, 400),
        ({"phone": "+1555010x"}, 422),
        ({"phone": "+05550100"}, 422),
        ({"phone": "+1234567890123456"}, 400),
        ({"devices": [f"device-{n}" for n in range(11)]}, 400),
        ({"devices": [""]}, 400),
        ({"devices": ["x" * 256]}, 400),
        ({"devices": ["two words"]}, 422),
        ({"devices": ["device-1", "device-1"]}, 422),
        ({"channels": {"weather": ["email"]}}, 400),
        ({"channels": {"welcome": ["pigeon"]}}, 400),
        ({"channels": {"welcome": ["email"] * 5}}, 400),
        ({"channels": {"welcome": None}}, 400),
        ({"pager": "1"}, 400),
    ]
    answers = [
        (body, (await world.call("PUT", PREFERENCES, person, json=body)).status_code)
        for body, _ in senseless
    ]
    assert answers == senseless
    assert await world.ok("GET", PREFERENCES, person) == good


async def test_who_wants_a_kind_nowhere_is_not_told_it(
    market: World, buyer: Person, seller: Person
) -> None:
    silence: dict[str, list[str]] = {kind: [] for kind in CHOOSABLE}
    elsewhere = {kind: [Channel.EMAIL.value] for kind in CHOOSABLE}
    await market.workers.settle()
    await market.ok("PUT", PREFERENCES, buyer, json={"channels": silence})
    await market.ok("PUT", PREFERENCES, seller, json={"channels": elsewhere})
    await market.order(buyer, seller)
    assert await kinds(market, buyer) == ["welcome"]
    assert await kinds(market, seller) == ["welcome"]
