"""Whatever an admin changes leaves one entry in the audit log; whatever is refused leaves none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from solebook.composition.provider_pages import ProviderPages
from solebook.entrypoints.http.edge.roles import RoleGuard
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.events import AlarmRaised
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import OPERATOR, Role

from ..world import PARCEL, PASS, Person, World, open_market
from .test_dead_letters import bury

WHY = "it is agreed"


@dataclass(frozen=True)
class Call:
    """One call of an admin, and what the log is to say of it."""

    path: str
    action: str
    target: str | None
    """Its id; None for the market as a whole."""
    body: dict[str, Any]


Prepare = Callable[[World, dict[str, str]], Awaitable[Call]]


async def suspension(world: World, places: dict[str, str]) -> Call:
    user = places["user_id"]
    return Call(f"/v1/users/{user}/suspension", "suspension_set", user, {"suspended": True})


async def roles(world: World, places: dict[str, str]) -> Call:
    user = places["user_id"]
    return Call(f"/v1/users/{user}/roles", "roles_set", user, {"roles": ["buyer"]})


async def withdrawal(world: World, places: dict[str, str]) -> Call:
    quote = places["ask_id"]
    return Call(
        f"/v1/admin/quotes/{quote}/withdrawal", "quote_withdrawal_requested", quote, {"note": "so"}
    )


async def halt(world: World, places: dict[str, str]) -> Call:
    product = places["product_id"]
    return Call("/v1/admin/halts", "halt_requested", product, {"product_id": product})


async def halt_end(world: World, places: dict[str, str]) -> Call:
    body = {"product_id": places["product_id"], "reason": WHY}
    done = await world.carried_out("/v1/admin/halts", world.people["admin"], json=body)
    halt_id = done.json()["facts"]["halt_id"]
    return Call(f"/v1/admin/halts/{halt_id}/end", "halt_end_requested", halt_id, {})


async def replay(world: World, places: dict[str, str]) -> Call:
    letter = str((await bury(world)).id)
    return Call(f"/v1/admin/dead-letters/{letter}/replay", "dead_letter_replayed", letter, {})


async def resolution(world: World, places: dict[str, str]) -> Call:
    raised = AlarmRaised(AlarmKind.PROVIDER_REPORT, None, "something is odd")
    await world.application.operations.record_alarm(raised)
    page = await world.application.adapters.store.alarms.page(PageRequest(), open_only=True)
    alarm = str(page.items[0].id)
    return Call(f"/v1/admin/alarms/{alarm}/resolution", "alarm_resolved", alarm, {})


async def _bring(world: World, order_id: str, *moves: str) -> None:
    """Move an order on, step by step, by whoever does each."""
    people, parcel = world.people, {"json": PARCEL}
    authenticator = people["authenticator"]
    for move in moves:
        match move:
            case "shipment":
                await world.move(order_id, move, people["seller"], **parcel)
            case "verdict":
                task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
                await world.ok("POST", f"{task}/claim", authenticator)
                await world.ok("POST", f"{task}/verdict", authenticator, json=PASS)
                await world.workers.settle()
            case "receipt" | "dispatch":
                more = parcel if move == "dispatch" else {}
                await world.move(order_id, move, authenticator, **more)
            case _:
                await world.move(order_id, move, people["buyer"])


_DELIVERED = ("shipment", "receipt", "verdict", "dispatch", "delivery")


def _on_order(move: str, action: str, *moves: str, **body: Any) -> Prepare:
    """Prepare an act on an order that has come as far as these moves bring it."""

    async def prepare(world: World, places: dict[str, str]) -> Call:
        order = places["order_id"]
        await _bring(world, order, *moves)
        return Call(f"/v1/admin/orders/{order}/{move}", action, order, body)

    return prepare


async def release(world: World, places: dict[str, str]) -> Call:
    order = places["order_id"]
    path = f"/v1/admin/orders/{order}/payout-freeze"
    await world.ok("POST", path, world.people["admin"], json={"reason": WHY})
    return Call(f"/v1/admin/orders/{order}/payout-release", "payout_released", order, {})


async def decision(world: World, places: dict[str, str]) -> Call:
    order = places["order_id"]
    await _bring(world, order, *_DELIVERED)
    complaint = {"kind": "not_as_described", "reason": "The left shoe is a size 9."}
    await world.move(order, "complaint", world.people["buyer"], json=complaint)
    body = {"in_favour_of": "buyer", "borne_by": "exchange"}
    return Call(f"/v1/admin/orders/{order}/complaint-decision", "complaint_decided", order, body)


async def payout(world: World, places: dict[str, str]) -> Call:
    order, seller = places["order_id"], world.people["seller"]
    account = {"account": "acct_closed"}
    await world.ok("PUT", "/v1/users/me/payout-account", seller, json=account)
    await _bring(world, order, *_DELIVERED)
    await world.pass_of_time(timedelta(days=4))
    return Call(f"/v1/admin/orders/{order}/payout", "payout_repeated", order, {})


async def write_off(world: World, places: dict[str, str]) -> Call:
    seller = world.people["seller"]
    broken_off = {"json": {"reason": "sold elsewhere"}}
    await world.move(places["order_id"], "cancellation", seller, **broken_off)
    path = f"/v1/admin/users/{seller.id}/debt-write-off"
    return Call(path, "debt_written_off", seller.id, {"amount": 1_000})


async def shortfall(world: World, places: dict[str, str]) -> Call:
    order = places["order_id"]
    payment = await world.application.adapters.store.payments.find(OrderId(UUID(order)))
    assert payment is not None
    assert payment.charge_id is not None
    await ProviderPages(world.application).refund(payment.charge_id, 100)
    await world.workers.settle()
    body = {"borne_by": "exchange"}
    return Call(f"/v1/admin/orders/{order}/shortfall", "shortfall_borne", order, body)


async def suspense(world: World, places: dict[str, str]) -> Call:
    name = await ProviderPages(world.application).charge(None, 5_000)
    await world.workers.settle()
    return Call("/v1/admin/suspense-write-off", "suspense_written_off", None, {"name": name})


def _on_dispute(move: str, action: str) -> Prepare:
    async def prepare(world: World, places: dict[str, str]) -> Call:
        pages, store = ProviderPages(world.application), world.application.adapters.store
        payment = await store.payments.find(OrderId(UUID(places["order_id"])))
        assert payment is not None
        assert payment.charge_id is not None
        await pages.dispute(payment.charge_id, 5_000)
        await world.workers.settle()
        [dispute] = (await store.disputes.page(PageRequest())).items
        return Call(f"/v1/admin/disputes/{dispute.id}/{move}", action, str(dispute.id), {})

    return prepare


async def forgiveness(world: World, places: dict[str, str]) -> Call:
    user = places["user_id"]
    return Call(f"/v1/admin/users/{user}/declines/forgiveness", "declines_forgiven", user, {})


async def endpoint(world: World, places: dict[str, str]) -> Call:
    body = {"url": "https://hooks.example.com/", "kinds": ["alarm.raised"]}
    admin = world.people["admin"].id
    return Call("/v1/admin/webhooks", "webhook_endpoint_created", admin, body)


async def disablement(world: World, places: dict[str, str]) -> Call:
    of = places["endpoint_id"]
    return Call(f"/v1/admin/webhooks/{of}/disablement", "webhook_endpoint_disabled", of, {})


CASES: dict[tuple[str, str], Prepare] = {
    ("POST", "/v1/admin/orders/{order_id}/shortfall"): shortfall,
    ("POST", "/v1/admin/suspense-write-off"): suspense,
    ("POST", "/v1/admin/disputes/{dispute_id}/evidence"): _on_dispute(
        "evidence", "evidence_submitted"
    ),
    ("POST", "/v1/admin/disputes/{dispute_id}/acceptance"): _on_dispute(
        "acceptance", "dispute_accepted"
    ),
    ("PUT", "/v1/users/{user_id}/suspension"): suspension,
    ("PUT", "/v1/users/{user_id}/roles"): roles,
    ("POST", "/v1/admin/users/{user_id}/declines/forgiveness"): forgiveness,
    ("POST", "/v1/admin/quotes/{quote_id}/withdrawal"): withdrawal,
    ("POST", "/v1/admin/webhooks"): endpoint,
    ("POST", "/v1/admin/webhooks/{endpoint_id}/disablement"): disablement,
    ("POST", "/v1/admin/halts"): halt,
    ("POST", "/v1/admin/halts/{halt_id}/end"): halt_end,
    ("POST", "/v1/admin/dead-letters/{letter_id}/replay"): replay,
    ("POST", "/v1/admin/alarms/{alarm_id}/resolution"): resolution,
    ("POST", "/v1/admin/orders/{order_id}/payout-freeze"): _on_order(
        "payout-freeze", "payout_frozen"
    ),
    ("POST", "/v1/admin/orders/{order_id}/payout-release"): release,
    ("POST", "/v1/admin/orders/{order_id}/refund"): _on_order(
        "refund", "order_refunded", borne_by="exchange"
    ),
    ("POST", "/v1/admin/orders/{order_id}/carrier-receipt"): _on_order(
        "carrier-receipt", "carrier_receipt_noted", "shipment"
    ),
    ("POST", "/v1/admin/orders/{order_id}/complaint-decision"): decision,
    ("POST", "/v1/admin/orders/{order_id}/payout"): payout,
    ("POST", "/v1/admin/users/{user_id}/debt-write-off"): write_off,
}
WITHOUT_REASON = {("POST", "/v1/products"), ("PATCH", "/v1/products/{product_id}")}
"""Admins look after the catalogue without saying why."""
MAY_LEAVE_IT_OUT = {("PUT", "/v1/users/{user_id}/roles")}


def _is_for_admins(handler: HTTPRouteHandler) -> bool:
    guards = [guard for guard in handler.resolve_guards() if isinstance(guard, RoleGuard)]
    return any(guard.roles == {Role.ADMIN} for guard in guards)


def changing_routes(world: World) -> set[tuple[str, str]]:
    """The routes by which admins, and nobody else, change something."""
    return {
        (str(method), route.path_format)
        for route in world.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if _is_for_admins(handler)
        for method in handler.http_methods
        if method not in ("GET", "OPTIONS")
    }


async def test_every_route_by_which_admins_change_something_is_tried_here(world: World) -> None:
    assert changing_routes(world) == CASES.keys() | WITHOUT_REASON


async def test_every_admin_route_is_for_admins_alone(world: World) -> None:
    for route in world.app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/v1/admin"):
            for handler in route.route_handlers:
                if "OPTIONS" not in handler.http_methods:
                    assert _is_for_admins(handler), route.path


async def send(
    world: World, method: str, path: str, who: Person | None, body: dict[str, Any]
) -> httpx.Response:
    """Call the API, and let the workers and the time do what an answer may wait for."""
    call = world.later(world.call(method, path, who, json=body))
    await world.clock.advance(timedelta(0))
    await world.workers.settle()
    await world.clock.advance(timedelta(seconds=3))
    return await call


async def log(world: World) -> list[dict[str, Any]]:
    body = await world.ok("GET", "/v1/admin/audit", world.people["admin"], params={"limit": "100"})
    assert body["next_cursor"] is None
    items: list[dict[str, Any]] = body["items"]
    return items


@pytest.mark.parametrize("route", CASES, ids=" ".join)
async def test_an_action_leaves_one_entry_and_a_refusal_none(
    world: World, route: tuple[str, str]
) -> None:
    places = await open_market(world)
    call = await CASES[route](world, places)
    admin = world.people["admin"]
    method, body = route[0], {**call.body, "reason": WHY}
    before = await log(world)

    for name, status in (
        ("", 401),
        ("buyer", 403),
        ("seller", 403),
        ("other", 403),
        ("authenticator", 403),
    ):
        answer = await send(world, method, call.path, world.people.get(name), body)
        assert answer.status_code == status, (name, answer.text)
    bad: list[dict[str, Any]] = [{"reason": reason} for reason in ("", " ", "a\nb", "x" * 501)]
    if route not in MAY_LEAVE_IT_OUT:
        bad.append({})
    for reason in bad:
        answer = await send(world, method, call.path, admin, {**call.body, **reason})
        assert answer.status_code in (400, 422), (reason, answer.text)
    nobodys = call.path.replace(call.target, str(uuid4())) if call.target else call.path
    if nobodys != call.path:
        answer = await send(world, method, nobodys, admin, body)
        assert answer.status_code == 404, answer.text
    assert await log(world) == before

    answer = await send(world, method, call.path, admin, body)

    assert answer.is_success, answer.text
    new = (await log(world))[: -len(before) or None]
    outcomes = [entry for entry in new if entry["about"] is not None]
    [entry] = [entry for entry in new if entry["about"] is None]
    assert (entry["actor_id"], entry["action"]) == (admin.id, call.action)
    assert (entry["target"]["id"], entry["reason"]) == (call.target, WHY)
    assert [outcome["about"] for outcome in outcomes] in ([], [entry["id"]])


ON_ORDERS = [route for route in CASES if "{order_id}" in route[1]]


@pytest.mark.parametrize("route", ON_ORDERS, ids=" ".join)
@pytest.mark.parametrize("party", ["buyer", "seller"])
async def test_no_party_acts_on_their_order_as_staff(
    world: World, route: tuple[str, str], party: str
) -> None:
    places = await open_market(world)
    call = await CASES[route](world, places)
    insider = world.people[party]
    await world.application.users.set_roles(
        OPERATOR, UserId(UUID(insider.id)), roles=frozenset(Role), reason=WHY
    )
    await world.sign_in(insider)
    before = await log(world)

    answer = await send(world, route[0], call.path, insider, {**call.body, "reason": WHY})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/party-to-the-order")
    assert await log(world) == before
