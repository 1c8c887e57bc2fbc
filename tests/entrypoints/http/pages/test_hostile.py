"""What attackers and unlucky people send to pages, which is refused and never an error."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from solebook.config.http import HttpSettings
from solebook.entrypoints.web.posted import Form, local_path
from solebook.entrypoints.web.trade.amounts import amount_of
from solebook.ports.language.currencies import DOLLAR
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.ids import UserId

from ....served import PASSWORD
from ..world import World
from .browser import Browser

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
pytestmark = pytest.mark.integration
ADMIN = "admin@example.com"


@pytest.fixture
def client(browser: Browser) -> httpx.AsyncClient:
    return browser._client  # for what no browser sends


@pytest.mark.parametrize("path", ["//[x", "/\n/[x", "//\u2100", "/\\evil", "https://evil", "/\tx"])
def test_address_to_go_on_at_that_is_none_of_this_site_leads_to_the_market(path: str) -> None:
    assert local_path(path) == "/"


async def test_signing_in_leads_on_to_an_address_with_any_characters(
    market: World, browser: Browser
) -> None:
    form = (await browser.opens("/sign-in")).form("/sign-in")
    form.fields["next"] = "/?q=\u2603&sort=newest"

    shown = await browser.sends(form, email=ADMIN, password=PASSWORD)

    assert (shown.status, str(shown.answer.url.query, "ascii")) == (
        200,
        "q=%E2%98%83&sort=newest",
    )


async def test_origin_that_is_no_address_is_another_site(
    world: World, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/sign-in", data={"email": "a"}, headers={"Origin": "http://["})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status"), [(b"=x&email=a", 409), (b"email=a%00b", 400), (b"%00=b", 400)]
)
async def test_form_with_odd_fields_is_refused(
    world: World, client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await client.post("/register", content=body, headers=FORM)
    assert answer.status_code == status


async def test_path_with_a_nul_is_refused(market: World, browser: Browser) -> None:
    await browser.signs_in(ADMIN)
    assert await browser.status("GET", "/embedded-provider/cards/a%00b") == 400


@pytest.mark.parametrize(
    "part", [b"\r\n\r\n\xff\xff", b"\r\nContent-Type: text/plain; charset=none\r\n\r\nx"]
)
async def test_form_with_a_file_that_cannot_be_read_is_refused(
    market: World, browser: Browser, client: httpx.AsyncClient, part: bytes
) -> None:
    await browser.signs_in(ADMIN)
    body = b'--x\r\nContent-Disposition: form-data; name="confirmed"' + part + b"\r\n--x--\r\n"
    answer = await client.post("/admin/products/import", content=body, headers=MULTIPART)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "part",
    [
        b"\r\n\r\n\xff\xff",
        b"\r\nContent-Type: text/plain; charset=none\r\n\r\nx",
        b"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",  # half a pair of surrogates
        b"\r\n\r\na\0b",
    ],
)
async def test_form_with_photos_that_cannot_be_read_is_refused_to_strangers_too(
    world: World, client: httpx.AsyncClient, part: bytes
) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="reason"' + part + b"\r\n--x--\r\n"
    path = f"/warehouse/{UUID(int=1)}/review"
    answer = await client.post(path, content=body, headers=MULTIPART)
    assert answer.status_code == 400


async def test_form_without_photos_is_short(
    market: World, browser: Browser, client: httpx.AsyncClient, authenticator: Any
) -> None:
    await browser.signs_in("authenticator@example.com")
    body = b"reason=" + b"%41" * 6_000
    path = f"/warehouse/{UUID(int=1)}/review"
    answer = await client.post(path, content=body, headers=FORM)
    assert answer.status_code == 413


async def test_file_with_as_many_characters_as_allowed_can_be_confirmed(
    market: World, browser: Browser
) -> None:
    # A browser sends the text of a field with CRLF, whatever line breaks it had.
    await browser.signs_in(ADMIN)
    head = "product,retail_usd,released_on\n"
    content = head + "".join(f"Nike Dunk {number:03},110.00,2021-03-10\n" for number in range(100))
    content += " " * (50_000 - len(content))
    form = (await browser.opens("/admin/products/import")).form("/admin/products/import")
    looked = await browser.uploads(form, content.encode())
    confirm = looked.form("/admin/products/import")
    assert "confirmed" in confirm.fields, looked.text

    confirm.fields["file"] = confirm.fields["file"].replace("\n", "\r\n")
    taken = await browser.sends(confirm)

    assert (taken.status, taken.path) == (200, "/admin/products")


async def test_long_number_of_another_barcode_is_no_order(
    market: World, browser: Browser, authenticator: Any
) -> None:
    await browser.signs_in("authenticator@example.com")
    form = (await browser.opens("/warehouse")).form("/warehouse")
    assert (await browser.sends(form, number="9" * 40)).status in (404, 422)


@pytest.mark.parametrize("query", ["year=9999999999", "price=5000000000-"])
async def test_filter_beyond_all_products_is_refused(
    world: World, browser: Browser, query: str
) -> None:
    assert (await browser.opens(f"/?{query}")).status == 422


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/products/abc", 404), ("/sign-out", 405)]
)
async def test_browser_at_an_address_without_a_page_is_told_so_on_a_page(
    world: World, client: httpx.AsyncClient, path: str, status: int
) -> None:
    shown = await client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    program = await client.get(path)

    assert (shown.status_code, program.status_code) == (status, status)
    assert "Go back to the market" in shown.text
    assert program.headers["content-type"] == "application/problem+json"
    assert shown.headers.get("allow") == program.headers.get("allow")


def test_what_tells_a_double_click_may_be_any_text() -> None:
    key = Form("/orders", {"_once": "a\0b"}, "a\0b").key(UserId(UUID(int=1)))
    assert key.key.isascii()
    assert key.key.isprintable()


@pytest.mark.parametrize("text", ["99,50", "1,00", "12,3456", ",5", "1,000,00"])
def test_comma_that_separates_no_thousands_is_refused(text: str) -> None:
    with pytest.raises(InvalidText):
        amount_of(text, DOLLAR)


class TestBehindAPublicAddress:
    @pytest.fixture
    def settings(self, settings: HttpSettings) -> HttpSettings:
        return replace(settings, public_url="https://exchange.example.com")

    async def test_provider_leads_back_to_it_whatever_host_was_named(
        self, market: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        began: list[str] = []
        begin = type(market.application.users.begin_card_page).__call__

        async def noted(self: Any, actor: Any, *, back_to: str) -> Any:
            began.append(back_to)
            return await begin(self, actor, back_to=back_to)

        monkeypatch.setattr(type(market.application.users.begin_card_page), "__call__", noted)
        await browser.signs_in(ADMIN)
        form = (await browser.opens("/account/cards")).form("/account/cards")
        await browser.sends_with({"Host": "evil.example.com"}, form)

        assert began == ["https://exchange.example.com/account/cards"]
