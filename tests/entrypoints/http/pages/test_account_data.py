"""How one is told of what, the export of one's own data, and the end of one's account."""

import json

import pytest

from ....served import PASSWORD
from ..world import Person, World
from .browser import Browser


@pytest.fixture
async def ann_in(world: World, browser: Browser) -> Browser:
    await world.person("ann")
    await browser.signs_in("ann@example.com")
    return browser


async def test_chosen_channels_are_kept_and_push_messages_stay_as_they_were(
    world: World, ann_in: Browser
) -> None:
    form = (await ann_in.opens("/account/notifications")).form("/account/notifications")
    assert form.fields["bid_matched.email"] == "1"
    assert "alarm.email" not in form.fields
    del form.fields["bid_matched.email"]

    saved = await ann_in.sends(form, **{"ask_matched.sms": "1"})

    assert "Your choice is saved." in saved.text
    chosen = await world.ok("GET", "/v1/users/me/notification-preferences", world.people["ann"])
    assert chosen["channels"]["bid_matched"] == ["in_app", "push"]
    assert chosen["channels"]["ask_matched"] == ["email", "in_app", "push", "sms"]
    assert saved.form("/account/notifications").fields == form.fields | {
        "ask_matched.sms": "1",
        "_token": saved.form("/account/notifications").fields["_token"],
    }


async def test_phone_is_set_by_the_form_and_a_wrong_one_is_shown_again(ann_in: Browser) -> None:
    path = "/account/notifications/phone"
    form = (await ann_in.opens("/account/notifications")).form(path)

    refused = await ann_in.sends(form, phone="12")
    assert (refused.status, refused.form(path).fields["phone"]) == (422, "12")

    saved = await ann_in.sends(form, phone="+1 555 0100")
    assert "+15550100: proven" in saved.text
    assert "proven" not in (await ann_in.sends(form, phone="")).text


async def test_export_is_a_file_with_what_the_api_exports(world: World, ann_in: Browser) -> None:
    exported = await ann_in.opens("/account/data/export")

    assert exported.answer.headers["content-disposition"].startswith("attachment; filename=")
    found = json.loads(exported.answer.content)
    assert found["profile"]["email"] == "ann@example.com"
    assert len([each for each in found["sessions"] if each["current"]]) == 1
    again = await world.ok("GET", "/v1/users/me/export", world.people["ann"])
    assert set(again) == set(found)
    statuses = [(await ann_in.opens("/account/data/export")).status for _ in range(10)]
    assert statuses == [*[200] * 8, 429, 429]  # the place is left each time, and the limit is one


async def test_account_is_closed_with_the_password(world: World, ann_in: Browser) -> None:
    form = (await ann_in.opens("/account/data")).form("/account/data/closing")

    assert (await ann_in.sends(form, password="wrong horse")).status == 401
    closed = await ann_in.sends(form, password=PASSWORD)

    assert (closed.path, closed.status) == ("/account/closed", 200)
    assert (await ann_in.opens("/account")).path == "/sign-in"
    assert (await ann_in.signs_in("ann@example.com")).status == 401


async def test_account_with_a_sale_to_ship_is_not_closed(
    market: World, browser: Browser, buyer: Person, seller: Person
) -> None:
    await market.order(buyer, seller)
    await browser.signs_in("seller@example.com")
    form = (await browser.opens("/account/data")).form("/account/data/closing")

    refused = await browser.sends(form, password=PASSWORD)

    assert refused.status == 409
    assert (await browser.opens("/account")).path == "/account"
