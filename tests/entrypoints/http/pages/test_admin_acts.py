"""Whatever an admin can change through the API they can change on a page, with the same entry."""

from collections.abc import Callable

import pytest

from ..admin.test_every_action import CASES, WHY, Call, log
from ..world import World, open_market
from .browser import Browser, Shown, ShownForm
from .test_admin import carried_out

Places = dict[str, str]
WhereOf = Callable[[World, Places, Call], tuple[str, str]]
"""Returns the page, and where its form is sent."""


def of_order(_: World, places: Places, call: Call) -> tuple[str, str]:
    page = f"/admin/orders/{places['order_id']}"
    return page, f"{page}/{call.path.rpartition('/')[2]}"


def of_user(act: str) -> WhereOf:
    def where(_: World, places: Places, call: Call) -> tuple[str, str]:
        page = f"/admin/users/{call.target}"
        return page, f"{page}/{act}"

    return where


def of_dispute(_: World, places: Places, call: Call) -> tuple[str, str]:
    page = f"/admin/disputes/{call.target}"
    return page, f"{page}/{call.path.rpartition('/')[2]}"


def of_quote(world: World, places: Places, call: Call) -> tuple[str, str]:
    page = f"/admin/users/{world.people['seller'].id}/quotes"
    return f"{page}?side=ask", f"{page}/ask/{call.target}/withdrawal?side=ask"


def of_list(page: str) -> WhereOf:
    return lambda _, places, call: (page, call.path.removeprefix("/v1"))


PAGES: dict[str, WhereOf] = {
    "/v1/admin/orders/{order_id}/shortfall": of_order,
    "/v1/admin/orders/{order_id}/payout-freeze": of_order,
    "/v1/admin/orders/{order_id}/payout-release": of_order,
    "/v1/admin/orders/{order_id}/refund": of_order,
    "/v1/admin/orders/{order_id}/carrier-receipt": of_order,
    "/v1/admin/orders/{order_id}/complaint-decision": of_order,
    "/v1/admin/orders/{order_id}/payout": of_order,
    "/v1/admin/suspense-write-off": lambda *_: ("/admin/suspense", "/admin/suspense/write-off"),
    "/v1/admin/disputes/{dispute_id}/evidence": of_dispute,
    "/v1/admin/disputes/{dispute_id}/acceptance": of_dispute,
    "/v1/users/{user_id}/suspension": of_user("suspension"),
    "/v1/users/{user_id}/roles": of_user("roles"),
    "/v1/admin/users/{user_id}/declines/forgiveness": of_user("declines-forgiveness"),
    "/v1/admin/users/{user_id}/debt-write-off": of_user("debt-write-off"),
    "/v1/admin/quotes/{quote_id}/withdrawal": of_quote,
    "/v1/admin/halts": lambda _, places, call: (
        f"/admin/products/{call.target}",
        f"/admin/products/{call.target}/halt",
    ),
    "/v1/admin/halts/{halt_id}/end": of_list("/admin/halts"),
    "/v1/admin/webhooks/{endpoint_id}/disablement": of_list("/admin/webhooks"),
    "/v1/admin/dead-letters/{letter_id}/replay": of_list("/admin/dead-letters"),
    "/v1/admin/alarms/{alarm_id}/resolution": of_list("/admin/alarms"),
}
ONLY_FOR_PROGRAMS = {
    "/v1/admin/webhooks",
}
MADE_WHERE_NEEDED = {"/v1/admin/users/{user_id}/declines/forgiveness"}
"""Forms that are shown only if there is something to forgive."""


REPEATED = {"/v1/users/{user_id}/suspension", "/v1/users/{user_id}/roles"}
"""What can be done twice, and is noted twice."""


def test_every_act_of_the_api_has_a_page() -> None:
    assert {path for _, path in CASES} == PAGES.keys() | ONLY_FOR_PROGRAMS


@pytest.mark.parametrize("path", PAGES)
async def test_an_act_on_a_page_leaves_the_entry_that_the_api_leaves(
    world: World, browser: Browser, path: str
) -> None:
    places = await open_market(world)
    [prepare] = [each for (_, route), each in CASES.items() if route == path]
    call = await prepare(world, places)
    page, action = PAGES[path](world, places, call)
    await browser.signs_in("admin@example.com")
    before = len(await log(world))
    form = form_on(await browser.opens(page), action, path)
    typed = {
        name: str(value)
        for name, value in (call.body | {"reason": WHY, "sure": "yes"}).items()
        if name not in ("roles", "suspended")
    }
    if "amount" in typed:
        typed["amount"] = "10"

    shown = await carried_out(world, browser.sends(form, **typed))
    again = await carried_out(world, browser.sends(form, **typed))

    assert shown.status == 200, shown.text
    assert again.status in (200, 409)
    entries = (await log(world))[: len(await log(world)) - before]
    found = [one for one in entries if one["action"] == call.action]
    assert {(one["target"]["id"], one["reason"]) for one in found} == {(call.target, WHY)}
    assert len(found) == (2 if path in REPEATED else 1)


def form_on(shown: Shown, action: str, path: str) -> ShownForm:
    """Return a form of a page."""
    if path in MADE_WHERE_NEEDED:
        [token] = [form.fields["_token"] for form in shown.forms if form.action == "/sign-out"]
        return ShownForm(action, "post", {"_token": token})
    return shown.form(action)
