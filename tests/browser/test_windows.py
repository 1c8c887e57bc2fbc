"""A window tells what goes wrong in it, so that the other tests here fail."""

import pytest
from playwright.async_api import Browser

from .market import Market
from .windows import Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("() => console.error('odd')", "console: odd"),
        ("() => { setTimeout(() => { throw new Error('odd') }) }", "error: odd"),
        ("() => fetch('/static/0/nothing').then(() => 0)", "404: "),
        ("() => { new Image().src = 'https://example.com/x.png' }", "asked another server: "),
        ("() => fetch('https://example.com').catch(() => 0)", "console: "),
        ("() => document.body.setAttribute('onclick', '1')", "console: "),
    ],
)
async def test_what_goes_wrong_is_told(
    market: Market, chromium: Browser, script: str, told: str
) -> None:
    windows = Windows(chromium)
    window = await windows.open(market.url)
    await window.opens("/sign-in")

    await window.page.evaluate(script)
    # Events come in their order, so what was told before this is known afterwards.
    async with window.page.expect_console_message(lambda message: message.text == "last"):
        await window.page.evaluate("() => setTimeout(() => console.log('last'), 50)")

    assert any(each.startswith(told) for each in await windows.close())
