"""What admins narrow lists by, and that whoever acts in a list stays at what they narrowed."""

import pytest

from ..admin.test_dead_letters import bury
from ..world import World, alarm
from .browser import Browser


@pytest.fixture
async def admin_in(market: World, browser: Browser) -> Browser:
    await browser.signs_in("admin@example.com")
    return browser


@pytest.mark.parametrize(
    "path",
    [
        "/admin/orders?status=nonsense",
        "/admin/dead-letters?queue=nonsense",
        "/warehouse?view=nonsense",
    ],
)
async def test_unknown_state_is_refused_rather_than_ignored(admin_in: Browser, path: str) -> None:
    shown = await admin_in.opens(path)
    assert (shown.status, "is unknown" in shown.text) == (422, True)


async def test_dead_letter_of_a_queue_is_replayed_and_the_queue_stays_chosen(
    market: World, admin_in: Browser
) -> None:
    for _ in range(2):
        await bury(market)
    shown = await admin_in.opens("/admin/dead-letters?queue=letters")
    [one, _] = [form for form in shown.forms if form.action.count("/") == 4]

    refused = await admin_in.sends(one, reason=" ")
    replayed = await admin_in.sends(one, reason="the template is mended")

    assert (refused.status, replayed.status) == (422, 200)
    for after in (refused, replayed):
        assert 'value="letters" selected' in after.answer.text
    assert str(replayed.answer.url).endswith("/admin/dead-letters?queue=letters")


async def test_links_of_a_list_work_where_its_form_was_refused(
    market: World, admin_in: Browser
) -> None:
    await alarm(market)
    shown = await admin_in.opens("/admin/alarms")
    [form] = [form for form in shown.forms if form.action.startswith("/admin/alarms/")]

    refused = await admin_in.sends(form, reason=" ")

    assert refused.status == 422
    assert (await admin_in.opens(refused.link("all=yes"))).status == 200


async def test_form_that_is_to_be_sent_again_says_what_it_does_and_keeps_the_queue(
    market: World, admin_in: Browser
) -> None:
    await bury(market)
    shown = await admin_in.opens("/admin/dead-letters?queue=letters")
    [one] = [form for form in shown.forms if form.action.count("/") == 4]

    outdated = await admin_in.sends(one, _token="of an earlier session", reason="mended")
    sent = await admin_in.sends(outdated.form(one.action))

    assert "dead letters" in outdated.text.partition("Send it again?")[2]
    assert outdated.status == 409
    assert str(sent.answer.url).endswith("/admin/dead-letters?queue=letters")
