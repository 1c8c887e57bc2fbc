from .browser import Browser


async def test_a_market_without_products_tells_who_adds_them(browser: Browser) -> None:
    assert "Nothing is sold here yet. Admins add products" in (await browser.opens("/")).text
    assert "Nothing was found" in (await browser.opens("/?q=dunk")).text
