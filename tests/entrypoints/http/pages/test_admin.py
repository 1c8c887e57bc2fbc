"""What an admin sees and does on pages."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from solebook.entrypoints.web.admin.shown_values import shown_values
from solebook.ports.language.currencies import DOLLAR

from ....served import ADDRESS
from ..admin.test_dead_letters import bury
from ..world import PARCEL, PASS, Person, World, alarm
from .browser import Browser, Shown


@pytest.fixture
async def admin_in(market: World, browser: Browser) -> Browser:
    await browser.signs_in("admin@example.com")
    return browser


async def test_overview_counts_what_needs_an_admin_and_links_to_it(
    market: World, admin_in: Browser
) -> None:
    assert "0 Open alarms" in (await admin_in.opens("/admin")).text
    await alarm(market)

    shown = await admin_in.opens("/admin")

    assert "1 Open alarms" in shown.text
    assert 'href="/admin/alarms"' in shown.answer.text
    assert "matching ✓ answers" in shown.text


async def test_alarm_is_resolved_once_with_a_reason_in_the_audit_log(
    market: World, admin_in: Browser, admin: Person
) -> None:
    alarm_id = await alarm(market)
    path = f"/admin/alarms/{alarm_id}/resolution"
    form = (await admin_in.opens("/admin/alarms")).form(path)

    refused = await admin_in.sends(form, reason="two\nlines")
    resolved = await admin_in.sends(form, reason="it was a test")
    again = await admin_in.sends(form, reason="it was a test")

    assert (refused.status, resolved.status, again.status) == (422, 200, 200)
    assert "There is nothing here" in resolved.text
    assert "it was a test" in (await admin_in.opens("/admin/alarms?all=yes")).text
    audit = await market.ok("GET", f"/v1/admin/audit?target_id={alarm_id}", admin)
    assert [(one["action"], one["reason"]) for one in audit["items"]] == [
        ("alarm_resolved", "it was a test")
    ]


async def test_order_is_found_by_its_id_by_its_people_and_by_its_state(
    market: World, admin_in: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)

    assert (await admin_in.opens(f"/admin/orders?q={order_id}")).path == f"/admin/orders/{order_id}"
    for found in ("q=buyer@example.com", f"q={seller.id}", "status=confirmed", ""):
        assert order_id in (await admin_in.opens(f"/admin/orders?{found}")).answer.text
    for lost in ("q=admin@example.com", "q=nobody", "status=delivered", "frozen=yes"):
        assert order_id not in (await admin_in.opens(f"/admin/orders?{lost}")).answer.text


async def test_order_shows_every_step_its_money_in_the_ledger_and_the_letters(
    market: World, admin_in: Browser, buyer: Person, seller: Person
) -> None:
    order_id = await market.order(buyer, seller)

    shown = await admin_in.opens(f"/admin/orders/{order_id}")

    assert "The buyer pays $214.00" in shown.text
    assert "The seller gets $176.00" in shown.text
    assert "Paid into escrow" in shown.text
    assert "amount: $214.00" in shown.text
    assert "Sum $214.00 $214.00" in shown.text
    assert (
        "Seller Sale confirmed: Nike Dunk Low"
        in shown.text.partition("What the parties were told")[2]
    )


async def test_refund_needs_confirmation_and_is_in_the_audit_log_of_the_order(
    market: World, admin_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/admin/orders/{await market.order(buyer, seller)}"
    form = (await admin_in.opens(path)).form(f"{path}/refund")
    nobody = await admin_in.sends(form, reason="the parcel was lost", sure="yes")
    assert (nobody.status, "must say who bears it" in nobody.text) == (422, True)
    assert ' required><option value="">Choose who pays</option>' in nobody.answer.text
    typed = {"reason": "the parcel was lost", "borne_by": "exchange"}

    unsure = await admin_in.sends(form, **typed)
    assert (unsure.status, unsure.path) == (422, f"{path}/refund")
    assert "cannot be undone" in unsure.text
    assert unsure.form(f"{path}/refund").fields["reason"] == "the parcel was lost"
    assert '<option value="exchange" selected>' in unsure.answer.text

    refunded = await admin_in.sends(form, **typed, sure="yes")
    await market.workers.settle()
    assert (refunded.status, refunded.path) == (200, path)
    shown = await admin_in.opens(path)
    assert "order refunded" in shown.text
    assert "the parcel was lost" in shown.text
    assert "Refunded $214.00" in shown.text


async def test_admin_cannot_decide_on_an_order_of_their_own(
    market: World, admin_in: Browser, admin: Person, seller: Person
) -> None:
    await market.ok("PUT", "/v1/users/me/payment-method", admin, json={"token": "pm_card_visa"})
    await market.ok("POST", "/v1/users/me/addresses", admin, json=ADDRESS)
    order_id = await market.order(admin, seller)
    path = f"/admin/orders/{order_id}"
    shown = await admin_in.opens(path)
    assert not [form for form in shown.forms if form.action.startswith(path)]
    assert "another admin decides" in shown.text
    reason = {"reason": "The sole is torn."}
    await market.ok("POST", f"/v1/orders/{order_id}/cancellation", seller, json=reason)
    shown = await admin_in.opens(path)
    assert "refund due" in shown.text
    assert not [form for form in shown.forms if form.action.startswith(path)]

    [sign_out] = [form for form in shown.forms if form.action == "/sign-out"]
    sign_out.action = f"{path}/payout-freeze"
    refused = await admin_in.sends(sign_out, reason="mine")

    assert refused.status == 403


async def test_payout_that_never_began_is_begun_on_the_page_of_its_order(
    market: World, admin_in: Browser, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await delivered(market, buyer, seller, authenticator)
    path = f"/admin/orders/{order_id}"
    action = f"{path}/payout"
    held = await admin_in.opens(path)
    # Nothing is settled, so nobody has noticed that the hold is over.
    await market.clock.advance(market.application.rules.payout_hold)
    await admin_in.signs_in("admin@example.com")

    form = (await admin_in.opens(path)).form(action)
    begun = await admin_in.sends(form, reason="it did not begin")
    await market.workers.settle()

    assert action not in [form.action for form in held.forms]
    assert begun.status == 200
    paid = await admin_in.opens(path)
    assert "Paid out" in paid.text
    assert action not in [form.action for form in paid.forms]


async def delivered(market: World, buyer: Person, seller: Person, authenticator: Person) -> str:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    return order_id


async def test_user_is_found_by_email_suspended_and_reinstated(
    market: World, admin_in: Browser, buyer: Person
) -> None:
    path = f"/admin/users/{buyer.id}"
    assert (await admin_in.opens("/admin/users?q=buyer@example.com")).path == path
    assert "no such user" in (await admin_in.opens("/admin/users?q=nobody@example.com")).text
    form = (await admin_in.opens(path)).form(f"{path}/suspension")

    suspended = await carried_out(market, admin_in.sends(form, reason="sent a fake"))
    assert "Suspended yes" in suspended.text
    assert "sent a fake" in suspended.text

    reinstated = await admin_in.sends(
        suspended.form(f"{path}/reinstatement"), reason="it was authentic"
    )
    assert "Suspended yes" not in reinstated.text


async def test_roles_are_set_and_every_session_of_the_user_ends(
    market: World, admin_in: Browser, buyer: Person
) -> None:
    path = f"/admin/users/{buyer.id}"
    form = (await admin_in.opens(path)).form(f"{path}/roles")

    shown = await admin_in.sends(form, reason="joined us", **{"role.authenticator": "yes"})

    assert "Roles authenticator, buyer" in shown.text
    assert (await market.get("/v1/users/me", buyer)).status_code == 401


async def test_quote_is_withdrawn_with_a_note(
    market: World, admin_in: Browser, buyer: Person
) -> None:
    bid = (await market.bid(buyer, 10_000))["bid"]["id"]
    path = f"/admin/users/{buyer.id}/quotes"
    action = f"{path}/bid/{bid}/withdrawal"
    form = (await admin_in.opens(path)).form(action)

    left = await carried_out(market, admin_in.sends(form, reason="a typing error", sure="yes"))

    assert "There is nothing here" in left.text
    assert (await market.ok("GET", f"/v1/bids/{bid}", buyer))["status"] == "cancelled"


async def test_account_is_closed_only_with_confirmation(
    market: World, admin_in: Browser, buyer: Person
) -> None:
    path = f"/admin/users/{buyer.id}"
    form = (await admin_in.opens(path)).form(f"{path}/closing")

    assert (await admin_in.sends(form, reason="asked for it")).status == 422
    closed = await admin_in.sends(form, reason="asked for it", sure="yes")

    assert "Closed" in closed.text
    assert f"{path}/payout-account" in closed.answer.text


async def test_audit_log_is_filtered_by_who_what_and_when(
    market: World, admin_in: Browser, admin: Person, buyer: Person
) -> None:
    before = f"{market.clock.now() - timedelta(days=1):%Y-%m-%d}"
    today = f"{market.clock.now():%Y-%m-%d}"
    for found in ("", "actor=admin@example.com", f"target={market.product_id}", f"until={today}"):
        assert "product created" in (await admin_in.opens(f"/admin/audit?{found}")).text
    for lost in ("actor=operator", f"actor={buyer.id}", f"target={buyer.id}", f"until={before}"):
        assert "product created" not in (await admin_in.opens(f"/admin/audit?{lost}")).text
    assert (await admin_in.opens("/admin/audit?until=yesterday")).status == 422


def test_what_is_still_owed_is_shown_as_money_like_what_was_written_off() -> None:
    facts = {"amount": 5_000, "still_owed": 12_345}
    shown = [("amount", "$50.00"), ("still owed", "$123.45")]
    assert shown_values(facts, DOLLAR) == shown


async def test_product_is_created_and_edited_by_a_form(market: World, admin_in: Browser) -> None:
    form = (await admin_in.opens("/admin/products/new")).form("/admin/products/new")
    typed = {
        "style_code": "CP9654",
        "brand": "adidas",
        "model": "Yeezy Boost 350",
        "colorway": "Zebra",
        "retail_price": "$220",
        "release_date": "2017-02-25",
        "sizes": "9, 9.5 10",
        "images": "https://images.example.com/1.jpg",
    }

    refused = await admin_in.sends(form, **typed | {"release_date": "soon"})
    assert (refused.status, refused.form(form.action).fields["style_code"]) == (422, "CP9654")
    created = await admin_in.sends(form, **typed)
    again = await admin_in.sends(form, **typed)

    path = created.path
    await market.workers.settle()
    assert (created.status, again.status) == (200, 200)
    assert "$220.00" in (await admin_in.opens("/admin/products?q=zebra")).text
    edit = created.form(f"{path}/details")
    assert (edit.fields["sizes"], edit.fields["retail_price"]) == ("9, 9.5, 10", "220.00")
    edited = await admin_in.sends(edit, colorway="Zebra (2022)")
    assert "Zebra (2022)" in edited.text
    assert "product edited" in edited.text


async def test_books_are_halted_and_open_again(market: World, admin_in: Browser) -> None:
    path = f"/admin/products/{market.product_id}"
    form = (await admin_in.opens(path)).form(f"{path}/halt")

    halted = await carried_out(market, admin_in.sends(form, size="9", reason="a rumour"))
    assert "Nike Dunk Low White/Black 9 Any" in halted.text
    [end] = [form for form in halted.forms if form.action.endswith("/end")]
    ended = await carried_out(market, admin_in.sends(end, reason="the maker confirmed it"))

    assert "There is nothing here" in ended.text


async def carried_out(market: World, sending: Coroutine[Any, Any, Shown]) -> Shown:
    """Send what the workers carry out, and return the page that waited for them."""
    sent = asyncio.create_task(sending)
    await market.clock.advance(timedelta(0))
    await market.workers.settle()
    await market.clock.advance(timedelta(seconds=3))
    return await sent


async def test_dead_letters_are_listed_by_queue_and_name_nobody(
    market: World, admin_in: Browser
) -> None:
    await bury(market, "KeyError: 'ann@example.com'")

    for found in ("", "?queue=letters"):
        shown = await admin_in.opens(f"/admin/dead-letters{found}")
        assert "user.registered" in shown.text
        assert "KeyError" in shown.text
        assert "ann@" not in shown.text
    assert "user.registered" not in (await admin_in.opens("/admin/dead-letters?queue=charges")).text


async def test_dead_letters_of_a_queue_are_replayed_together_with_a_reason(
    market: World, admin_in: Browser, admin: Person
) -> None:
    for _ in range(2):
        await bury(market)
    path = "/admin/dead-letters/replay"
    form = (await admin_in.opens("/admin/dead-letters?queue=letters")).form(path)

    assert (await admin_in.sends(form, reason=" ")).status == 422
    await admin_in.sends(form, reason="elsewhere", queue="charges")
    assert (await admin_in.opens("/admin/dead-letters")).text.count("user.registered") == 4
    replayed = await admin_in.sends(form, reason="the template is mended")

    assert "There is nothing here" in replayed.text
    audit = await market.ok("GET", "/v1/admin/audit", admin)
    assert [one["reason"] for one in audit["items"][:2]] == 2 * ["the template is mended"]
