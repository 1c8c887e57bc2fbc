"""What an admin sees and does on pages."""

import pytest

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
