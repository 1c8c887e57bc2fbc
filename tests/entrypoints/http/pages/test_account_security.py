"""One's own password, sessions and API keys."""

import re

import pytest

from ....served import PASSWORD
from ..world import World
from .browser import Browser

NEW = "another horse battery"


@pytest.fixture
async def ann_in(world: World, browser: Browser) -> Browser:
    await world.person("ann")
    await browser.signs_in("ann@example.com")
    return browser


async def test_password_is_changed_and_other_sessions_end(world: World, ann_in: Browser) -> None:
    form = (await ann_in.opens("/account/security")).form("/account/security/password")

    wrong = await ann_in.sends(form, password="wrong horse", new_password=NEW)
    assert wrong.status == 401
    short = await ann_in.sends(form, password=PASSWORD, new_password="short")
    assert (short.status, "Is shorter than 8 characters." in short.text) == (422, True)

    changed = await ann_in.sends(form, password=PASSWORD, new_password=NEW)
    assert "Your password is changed" in changed.text
    assert "End all other sessions" not in changed.text  # there is none
    refused = await world.get("/v1/users/me", world.people["ann"])
    assert refused.status_code == 401
    assert (await ann_in.signs_in("ann@example.com", NEW)).path == "/"


async def test_sessions_are_ended_one_by_one_and_all_but_this_one(
    world: World, ann_in: Browser
) -> None:
    page = await ann_in.opens("/account/security")
    others = page.form("/account/security/other-sessions/end")

    assert "Your other sessions have ended." in (await ann_in.sends(others)).text
    assert (await world.get("/v1/users/me", world.people["ann"])).status_code == 401
    page = await ann_in.opens("/account/security")
    [own] = [form for form in page.forms if "/sessions/" in form.action]

    await ann_in.sends(own)
    assert (await ann_in.opens("/account")).path == "/sign-in"


async def test_session_of_somebody_else_is_not_ended(world: World, ann_in: Browser) -> None:
    bob = await world.person("bob")
    [session] = await world.ok("GET", "/v1/users/me/sessions", bob)
    page = await ann_in.opens("/account/security")
    own = next(form for form in page.forms if "/sessions/" in form.action)
    own.action = f"/account/security/sessions/{session['id']}/end"

    assert (await ann_in.sends(own)).status == 404
    assert (await world.get("/v1/users/me", bob)).status_code == 200


async def test_api_key_is_shown_once_works_and_is_revoked(world: World, ann_in: Browser) -> None:
    form = (await ann_in.opens("/account/api-keys")).form("/account/api-keys")

    created = await ann_in.sends(form, name="my bot", read="yes", days="30")
    [key] = re.findall(r"sole_[\w-]{40,}", created.text)
    headers = {"Authorization": f"Bearer {key}"}
    assert (await world.client.get("/v1/users/me", headers=headers)).status_code == 200

    listed = await ann_in.opens("/account/api-keys")
    assert key not in listed.answer.text
    [revocation] = [form for form in listed.forms if form.action.endswith("/revocation")]
    assert "Revoked" in (await ann_in.sends(revocation)).text
    assert (await world.client.get("/v1/users/me", headers=headers)).status_code == 401


async def test_api_key_without_a_scope_or_for_no_number_of_days_is_refused(
    ann_in: Browser,
) -> None:
    form = (await ann_in.opens("/account/api-keys")).form("/account/api-keys")
    form.fields.pop("read", None)

    without = await ann_in.sends(form, name="my bot")
    assert (without.status, "Must be at least one." in without.text) == (422, True)
    for days in ("soon", "0", "9999"):
        assert (await ann_in.sends(form, name="my bot", read="yes", days=days)).status == 422
    assert "What admins do" not in without.text
