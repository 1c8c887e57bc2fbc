"""A window tells what goes wrong in it, so that the other tests here fail."""

import pytest
from playwright.async_api import Browser

from .looked_at import look_at_shown
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


BAD_PAGE = """
<!doctype html><html lang="en"><title>Bad</title><h1>One</h1><h1>Two</h1>
<style>
  @media (prefers-color-scheme: light) { .faint { background: #fff; color: #ddd } }
  @media (prefers-color-scheme: dark) { .pale { background: #000; color: #222 } }
</style>
<p class="faint">faint</p><p class="pale">pale</p><div style="width: 400px" class="wide">wide</div>
<input>
"""


async def test_what_hinders_people_is_seen(chromium: Browser) -> None:
    windows = Windows(chromium)
    window = await windows.open("")
    await window.page.set_content(BAD_PAGE)
    seen = await look_at_shown(window, "bad")

    assert seen.wrong == [
        "bad: color-contrast: .faint",
        "bad: label: input",
        "bad in the dark: color-contrast: .pale",
    ]
    assert seen.overflow == ["divwide"]
    assert seen.headings == 2
    await windows.close()
