import pytest

from ....served import PASSWORD
from ..world import World
from .browser import Browser

EMAIL = "ann@example.com"


@pytest.fixture
async def known(world: World) -> World:
    await world.person("ann")
    return world


async def test_a_stranger_registers_and_signs_in_by_forms(world: World, browser: Browser) -> None:
    page = await browser.opens("/register")
    done = await browser.sends(
        page.form("/register"), first_name="Ann", last_name="Doe", email=EMAIL, password=PASSWORD
    )
    page = await browser.signs_in(EMAIL)

    assert "A letter is on its way" in done.text
    assert (page.status, page.path) == (200, "/")
    assert "Sign out" in page.text


async def test_cookie_is_out_of_reach_of_scripts_and_other_sites(
    known: World, browser: Browser
) -> None:
    page = await browser.opens("/sign-in")
    shown = await browser.sends(page.form("/sign-in"), email=EMAIL, password=PASSWORD)

    [answer] = shown.answer.history
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303
    assert cookie.startswith("solebook=web_")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert PASSWORD not in answer.text


async def test_wrong_password_shows_the_form_again_with_the_email(
    known: World, browser: Browser
) -> None:
    page = await browser.signs_in(EMAIL, "wrong horse battery")

    assert page.status == 401
    assert page.form("/sign-in").fields["email"] == EMAIL
    assert page.form("/sign-in").fields["password"] == ""


async def test_session_ends_when_the_user_signs_out_or_ends_it_elsewhere(
    known: World, browser: Browser
) -> None:
    page = await browser.signs_in(EMAIL)
    left = await browser.sends(page.form("/sign-out"))
    assert "Sign in" in left.text

    await browser.signs_in(EMAIL)
    await known.ok("DELETE", "/v1/users/me/sessions", known.people["ann"])
    assert "Sign in" in (await browser.opens("/")).text


async def test_a_browsers_token_is_no_refresh_token(known: World, browser: Browser) -> None:
    await browser.signs_in(EMAIL)
    token = browser.cookies["solebook"]

    answer = await known.post("/v1/sessions/refresh", json={"refresh_token": token})

    assert answer.status_code == 401
    assert "Sign out" in (await browser.opens("/")).text


async def test_a_refresh_token_opens_no_page(known: World, browser: Browser) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    tokens = await known.ok("POST", "/v1/sessions", json=body)
    for token in (tokens["refresh_token"], tokens["access_token"], "web_" + 43 * "x", "x" * 900):
        browser.cookies.set("solebook", token, domain="market.test")
        assert "Sign in" in (await browser.opens("/")).text


async def test_form_of_another_site_is_refused(known: World, browser: Browser) -> None:
    page = await browser.signs_in(EMAIL)

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await browser.sends_with(headers, page.form("/sign-out"))
        assert answer.status == 403
    assert "Sign out" in (await browser.opens("/")).text


async def test_form_without_its_token_has_to_be_confirmed(known: World, browser: Browser) -> None:
    page = await browser.signs_in(EMAIL)
    form = page.form("/sign-out")
    form.fields["_token"] = "guessed"

    answer = await browser.sends(form)
    assert answer.status == 409
    assert "Sign out" in answer.text
    assert "Sign in" in (await browser.sends(answer.forms[-1])).text


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/register", "/register"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
    ],
)
async def test_signing_in_leads_on_within_this_site_only(
    known: World, browser: Browser, wanted: str, leads_to: str
) -> None:
    page = await browser.opens("/sign-in")
    form = page.form("/sign-in")
    form.fields["next"] = wanted

    shown = await browser.sends(form, email=EMAIL, password=PASSWORD)

    assert shown.answer.history[0].headers["location"] == leads_to


async def test_signing_in_leads_to_the_page_that_was_wanted_with_all_its_parameters(
    known: World, browser: Browser
) -> None:
    wanted = "/orders?role=seller&note=a%26b%3Dc"
    asked = await browser.opens(wanted)

    shown = await browser.sends(asked.form("/sign-in"), email=EMAIL, password=PASSWORD)

    assert shown.answer.history[0].headers["location"] == wanted


async def test_form_sent_without_a_session_is_kept_while_its_sender_signs_in(
    known: World, browser: Browser
) -> None:
    page = await browser.signs_in(EMAIL)
    await known.ok("DELETE", "/v1/users/me/sessions", known.people["ann"])
    form = page.form("/sign-out")

    asked = await browser.sends(form, note="as typed")
    assert asked.status == 401
    kept = asked.form("/sign-in")
    assert kept.fields["kept.note"] == "as typed"
    shown = await browser.sends(kept, email=EMAIL, password=PASSWORD)

    assert "as typed" in shown.text
    assert shown.forms[-1].fields["note"] == "as typed"
    assert "Sign in" in (await browser.sends(shown.forms[-1])).text


async def test_button_without_fields_is_kept_while_its_sender_signs_in(
    known: World, browser: Browser
) -> None:
    await browser.signs_in(EMAIL)
    security = await browser.opens("/account/security")
    other = await browser.opens("/account/security")
    [end, *_] = [form for form in security.forms if "/sessions/" in form.action]
    await browser.sends(end)

    asked = await browser.sends(next(f for f in other.forms if "/sessions/" in f.action))
    assert asked.status == 401
    shown = await browser.sends(asked.form("/sign-in"), email=EMAIL, password=PASSWORD)

    assert shown.status == 200
    assert shown.forms[-1].action == end.action


async def test_link_for_a_new_password_is_asked_for_by_a_form(
    known: World, browser: Browser
) -> None:
    page = await browser.opens("/forgotten-password")

    for email in (EMAIL, "nobody@example.com"):
        done = await browser.sends(page.form("/forgotten-password"), email=email)
        assert "a letter with a link" in done.text
