"""What an admin sees and does on pages."""

import pytest

from ....served import ADDRESS
from ..world import Person, World, alarm
from .browser import Browser


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
    typed = {"reason": "the parcel was lost", "borne_by": "exchange"}

    unsure = await admin_in.sends(form, **typed)
    assert (unsure.status, unsure.path) == (422, f"{path}/refund")
    assert "cannot be undone" in unsure.text
    assert unsure.form(f"{path}/refund").fields["reason"] == "the parcel was lost"

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
    path = f"/admin/orders/{await market.order(admin, seller)}"
    shown = await admin_in.opens(path)
    assert not [form for form in shown.forms if form.action.startswith(path)]

    [sign_out] = [form for form in shown.forms if form.action == "/sign-out"]
    sign_out.action = f"{path}/payout-freeze"
    refused = await admin_in.sends(sign_out, reason="mine")

    assert refused.status == 403
