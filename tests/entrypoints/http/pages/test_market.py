import re

import pytest

from ..world import World
from .browser import Browser


@pytest.fixture(autouse=True)
async def indexed(market: World) -> None:
    await market.workers.settle()


async def test_market_lists_products_with_their_lowest_ask(market: World, browser: Browser) -> None:
    seller = await market.seller("sue")
    await market.ask(seller, 21_000)
    await market.workers.settle()

    page = await browser.opens("/")

    assert "Nike Dunk Low" in page.text
    assert "$210.00" in page.text
    assert f"/products/{market.product_id}" in page.answer.text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=dunk", True),
        ("q=boost", False),
        ("q=&brand=Nike&size=9&price=&year=2021&sort=price_asc", True),
        ("brand=adidas", False),
        ("price=10000-20000", False),
        ("utm_source=letter", True),
    ],
)
async def test_search_narrows_the_market(
    market: World, browser: Browser, query: str, is_found: bool
) -> None:
    page = await browser.opens(f"/?{query}")

    assert page.status == 200
    assert ("Dunk Low" in page.text) is is_found
    assert ("Nothing was found" in page.text) is not is_found


async def test_filter_that_finds_nothing_is_still_the_one_that_is_chosen(
    market: World, browser: Browser
) -> None:
    page = await browser.opens("/?brand=Odd%20%26%20Co&price=10000-20000&sort=price_asc")

    html = page.answer.text
    assert '<option value="Odd &amp; Co" selected>Odd &amp; Co</option>' in html
    assert '<option value="10000-20000" selected>from $100.00</option>' in html
    assert '<option value="price_asc" selected>' in html


async def test_list_says_how_it_is_sorted_before_anything_is_chosen(
    market: World, browser: Browser
) -> None:
    assert '<option value="most_traded" selected>' in (await browser.opens("/")).answer.text
    assert '<option value="relevance" selected>' in (await browser.opens("/?q=dunk")).answer.text


@pytest.mark.parametrize(
    "query", ["size=huge", "price=cheap", "year=x", "sort=best", "from=-1", "q=%00"]
)
async def test_wrong_search_is_a_page_that_says_why(
    market: World, browser: Browser, query: str
) -> None:
    page = await browser.opens(f"/?{query}")

    assert page.status in {400, 422}
    assert "That did not work" in page.text
    assert page.answer.headers["content-type"].startswith("text/html")


async def test_product_shows_each_size_and_the_book_of_one(market: World, browser: Browser) -> None:
    seller, buyer = await market.seller("sue"), await market.buyer("bob")
    await market.ask(seller, 21_000)
    await market.bid(buyer, 19_500)

    page = await browser.opens(f"/products/{market.product_id}?size=10.5")

    assert "$210.00" in page.text
    assert "$195.00" in page.text
    assert 'data-size="10.5"' in page.answer.text


async def test_unknown_product_or_size_is_a_page_that_says_so(
    market: World, browser: Browser
) -> None:
    page = await browser.opens("/products/01890a5d-ac96-774b-bcce-b302099a8057")
    assert page.status == 404
    page = await browser.opens(f"/products/{market.product_id}?size=15")
    assert page.status == 422
    assert "That did not work" in page.text


async def test_page_loads_nothing_from_elsewhere_and_has_no_inline_script(
    market: World, browser: Browser
) -> None:
    page = await browser.opens(f"/products/{market.product_id}?size=9")

    loaded = re.findall(r"(?:src|href)=\"([^\"]*)\"", page.answer.text)
    assert [each for each in loaded if "//" in each] == ["https://images.example.com/1.jpg"]
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|style=", page.answer.text) == []
    policy = page.answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_assets_are_kept_for_good_at_the_address_of_their_content(
    market: World, browser: Browser
) -> None:
    page = await browser.opens("/")
    [style] = re.findall(r"/static/\w+/style.css", page.answer.text)

    kept = await browser.opens(style)
    other = await browser.opens("/static/000000000000/style.css")

    assert "immutable" in kept.answer.headers["cache-control"]
    assert kept.answer.headers["content-type"] == "text/css; charset=utf-8"
    assert (other.status, "immutable" in other.answer.headers["cache-control"]) == (200, False)
    assert (await browser.opens("/static/000000000000/words.toml")).status == 404
