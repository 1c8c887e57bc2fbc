"""The console calls the API from a browser."""

import pytest
from playwright.async_api import expect

from .market import Market
from .windows import Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]


async def test_console_calls_the_api_and_nothing_from_elsewhere(
    demo: Market, windows: Windows
) -> None:
    """The windows fail for what the page's policy forbids, and for requests to elsewhere."""
    window = await windows.open(demo.url)
    page = window.page
    await window.signs_in(demo.people.buyers[0].email)
    await page.wait_for_url(f"{demo.url}/")
    await window.opens("/schema/console")
    await page.locator('[data-tag="market"]').click()
    route = page.locator(".opblock", has=page.locator('[data-path="/v1/rules"]'))
    await route.locator(".opblock-summary-control").click()

    async with page.expect_response(lambda answer: answer.url.endswith("/v1/rules")) as answered:
        await route.get_by_role("button", name="Execute").click()

    answer = await answered.value
    assert answer.status == 200
    assert "cookie" not in await answer.request.all_headers()
    await expect(route.locator(".live-responses-table")).to_contain_text('"currency"')
