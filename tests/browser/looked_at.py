"""What is seen of a page in a browser."""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Request

from .windows import Window

_GRAVE = {"serious", "critical"}
_NARROW = {"width": 320, "height": 640}
_USUAL = {"width": 1280, "height": 800}
_CONTRAST = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
_PAINT = """() => new Promise(resolve => {
  const seen = () => performance.getEntriesByName("first-contentful-paint")[0]
  if (seen()) return resolve(seen().startTime)
  new PerformanceObserver(() => seen() && resolve(seen().startTime)).observe({ type: "paint" })
})"""
_CHANGED_BY_SCRIPT = """(html) => {
  const texts = (node) => {
    const copy = node.cloneNode(true)
    for (const live of copy.querySelectorAll("script, time, [data-live], [data-utc]")) live.remove()
    return copy.textContent.replace(/\\s+/g, " ").trim()
  }
  const sent = new DOMParser().parseFromString(html, "text/html")
  const controls = (node) => node.querySelectorAll("a, button, input, select, textarea").length
  return texts(sent.body) !== texts(document.body) || controls(sent) !== controls(document)
}"""
_WIDER = """() => [...document.querySelectorAll("body *")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.tagName.toLowerCase() + (each.className.baseVal ?? each.className))"""

_CUT_OFF = """() => [...document.querySelectorAll("svg text")]
  .map(each => [each.textContent, each.getBoundingClientRect()])
  .filter(([, text]) => text.left < 0 || text.right > innerWidth)
  .map(([told]) => `cut off: ${told}`)"""


@dataclass
class LookedAt:
    """A page as a browser showed it."""

    name: str
    html: str
    title: str
    headings: int
    """How many main headings it has."""
    size: int
    """The bytes of all that it loads, as they were sent."""
    requests: int
    painted: float
    """Milliseconds until something is seen."""
    wrong: list[str]
    """What hinders people, in the light or in the dark."""
    overflow: list[str]
    """What is wider than the narrowest phone, and texts of drawings that are cut off there."""
    changed_by_script: bool
    """Whether there is something without scripts that is not there with them, or the other way."""


async def look_at(window: Window, path: str, name: str) -> LookedAt:
    """Open a page with nothing in the cache, and look at it from all sides."""
    page = window.page
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Network.enable")  # or the next has no effect
    await cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    loaded: list[Request] = []

    def has_loaded(request: Request) -> None:
        loaded.append(request)

    page.on("requestfinished", has_loaded)
    answer = await page.goto(window.url + path)
    assert answer is not None
    painted = await page.evaluate(_PAINT)
    page.remove_listener("requestfinished", has_loaded)
    await cdp.detach()
    return await _seen(page, name, await answer.text(), loaded, painted)


async def look_at_shown(window: Window, name: str, html: str = "") -> LookedAt:
    """Look at what a form was answered with. Only what it loads is not looked at."""
    return await _seen(window.page, name, html or await window.page.content(), [], 0.0)


async def _seen(
    page: Page, name: str, html: str, loaded: list[Request], painted: float
) -> LookedAt:
    sizes = [await request.sizes() for request in loaded]
    wrong = [f"{name}: {each}" for each in await _wrong(page, {"resultTypes": ["violations"]})]
    await page.emulate_media(color_scheme="dark")
    wrong += [f"{name} in the dark: {each}" for each in await _wrong(page, _CONTRAST)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(_NARROW)  # type: ignore[arg-type]  # Playwright's own TypedDict
    is_wider = await page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    overflow = await page.evaluate(_WIDER) if is_wider else []
    overflow += await page.evaluate(_CUT_OFF)
    await page.set_viewport_size(_USUAL)  # type: ignore[arg-type]
    return LookedAt(
        name=name,
        html=html,
        title=await page.title(),
        headings=await page.locator("h1").count(),
        size=sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes),
        requests=len(loaded),
        painted=painted,
        wrong=wrong,
        overflow=overflow,
        changed_by_script=await page.evaluate(_CHANGED_BY_SCRIPT, html),
    )


async def _wrong(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe finds that is serious."""
    found = await Axe().run(page, options=options)
    return [
        f"{rule['id']}: {', '.join(node['target'][0] for node in rule['nodes'][:5])}"
        for rule in found.response["violations"]
        if rule["impact"] in _GRAVE
    ]


async def bare_paint(page: Page) -> float:
    """Return the milliseconds until a page with nothing but a word is seen."""
    await page.goto("data:text/html,<title>bare</title><p>bare")
    return float(await page.evaluate(_PAINT))
