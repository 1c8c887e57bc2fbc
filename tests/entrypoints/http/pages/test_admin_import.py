"""What an admin imports from a file on a page."""

import pytest

from ....served import PASSWORD
from ..world import Person, World
from .browser import Browser


@pytest.fixture
async def admin_in(market: World, browser: Browser) -> Browser:
    await browser.signs_in("admin@example.com")
    return browser


FILE = b"""style_code,product,brand,color,retail_usd,released_on
CP9654,Yeezy Boost 350,adidas,Zebra,220,2017-02-25
DD1391-100,Dunk Low,Nike,White,110,2021-03-10
BB1826,Yeezy Boost 350,adidas,Red,a lot,2017-02-11
BB1826,Yeezy Boost 350,adidas,Red,220,in spring
"""


async def test_file_of_products_is_looked_at_before_it_is_imported(
    market: World, admin_in: Browser
) -> None:
    path = "/admin/products/import"
    form = (await admin_in.opens(path)).form(path)
    form.fields.pop("file")

    looked = await admin_in.uploads(form, FILE)
    assert "New products: 1 . Already there: 1. Refused lines: 2 ." in looked.text
    assert "4 retail_usd 'a lot' is not an amount" in looked.text
    assert "5 released_on 'in spring' is not a date" in looked.text
    assert "Zebra" not in (await admin_in.opens("/admin/products")).text

    imported = await admin_in.sends(looked.form(path))
    again = await admin_in.sends(looked.form(path))
    for shown in (imported, again):
        assert (shown.path, shown.text.count("Zebra")) == ("/admin/products", 1)


async def test_large_file_is_chosen_again_to_be_imported_and_no_other_one(
    market: World, admin_in: Browser
) -> None:
    path = "/admin/products/import"
    form = (await admin_in.opens(path)).form(path)
    form.fields.pop("file")
    lines = [f"Shoe {number},Nike,{'W' * 90},{100 + number},2020-01-01" for number in range(600)]
    large = "\n".join(["product,brand,color,retail_usd,released_on", *lines, lines[0]]).encode()

    looked = await admin_in.uploads(form, large)
    confirm = looked.form(path)
    confirm.fields.pop("file")
    other = await admin_in.uploads(confirm, large + b"\n" + lines[0].replace("0", "7", 1).encode())
    imported = await admin_in.uploads(confirm, large)

    assert "New products: 600 . Already there: 1. Refused lines: 0 ." in looked.text
    assert len(looked.answer.content) < 100_000
    assert (other.status, "not the one that you looked at" in other.text) == (422, True)
    assert imported.path == "/admin/products"
    assert "Shoe 599" in imported.text


async def test_who_sends_a_file_after_their_session_has_ended_can_sign_in(
    market: World, admin_in: Browser, admin: Person
) -> None:
    form = (await admin_in.opens("/admin/products/import")).form("/admin/products/import")
    form.fields.pop("file")
    await market.ok("DELETE", "/v1/users/me/sessions", admin)

    asked = await admin_in.uploads(form, 2_000 * b"Zebra,100,\n")
    typed = {"email": "admin@example.com", "password": PASSWORD}
    again = await admin_in.sends(asked.form("/sign-in"), **typed)
    assert (asked.status, again.status) == (401, 200)
    shown = await admin_in.sends(again.form("/admin/products/import"))

    assert "File is missing" in shown.text
    assert shown.form("/admin/products/import").method == "post"


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"", 422, "File is missing"),
        (b"name;price\nDunk;1\n", 422, "cannot be used"),
        (b"\xff\xfe\xff", 422, "it is not UTF-16 text"),
        (b"x" * 1_048_577, 413, ""),
    ],
)
async def test_file_that_cannot_be_used_is_refused_with_the_reason(
    market: World, admin_in: Browser, content: bytes, status: int, told: str
) -> None:
    form = (await admin_in.opens("/admin/products/import")).form("/admin/products/import")
    form.fields.pop("file")

    refused = await admin_in.uploads(form, content)

    assert (refused.status, told in refused.text) == (status, True), refused.text
