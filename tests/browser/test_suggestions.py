"""The search box suggests products, by keys and for screen readers."""

import asyncio

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Route, expect

from .market import Market
from .windows import Window, Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]

PATH = "**/v1/search/autocomplete?**"


@pytest_asyncio.fixture(loop_scope="session")
async def window(demo: Market, windows: Windows) -> Window:
    window = await windows.open(demo.url)
    await window.opens("/")
    return window


def answer(text: str) -> dict[str, list[dict[str, str]]]:
    id_ = "01890a5d-ac96-774b-bcce-b302099a8059"
    return {"items": [{"id": id_, "style_code": "X-1", "text": text}]}


async def test_keys_choose_a_product_and_open_it(window: Window) -> None:
    box = window.page.get_by_role("combobox", name="Search")
    options = window.page.get_by_role("listbox", name="Suggested products").get_by_role("option")
    await box.press_sequentially("yeez")
    await expect(options.first).to_be_visible()
    assert 1 <= await options.count() <= 8
    await expect(box).to_have_attribute("aria-expanded", "true")

    await box.press("ArrowDown")
    chosen = options.and_(window.page.locator("[aria-selected=true]"))
    first = await options.first.get_attribute("id")
    await expect(box).to_have_attribute("aria-activedescendant", first or "")
    await expect(chosen).to_have_count(1)
    found = (await Axe().run(window.page)).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []

    await box.press("ArrowUp")
    await expect(chosen).to_have_count(0)
    await box.press("ArrowUp")
    await box.press("Enter")
    await window.page.wait_for_url("**/products/*")


async def test_escape_closes_the_list_and_enter_searches_as_before(window: Window) -> None:
    box = window.page.get_by_role("combobox", name="Search")
    options = window.page.get_by_role("option").and_(window.page.locator("[id^=find-]"))
    await box.press_sequentially("yeez")
    await expect(options.first).to_be_visible()

    await box.press("Escape")
    await expect(options).to_have_count(0)
    await expect(box).to_have_value("yeez")
    await box.press("Enter")
    await window.page.wait_for_url("**/?q=yeez")


async def test_answer_to_an_old_text_never_replaces_that_of_a_newer_one(window: Window) -> None:
    old_may_be_answered, old_is_asked = asyncio.Event(), asyncio.Event()

    async def answers(route: Route) -> None:
        if "q=old+text" in route.request.url:
            old_is_asked.set()
            await old_may_be_answered.wait()
            await route.fulfill(json=answer("Old"))
        else:
            await route.fulfill(json=answer("Newer"))

    # So that the page cannot give up the old question: what comes late has to be left out.
    await window.page.add_init_script("AbortController.prototype.abort = () => {}")
    await window.page.route(PATH, answers)
    await window.opens("/")
    box = window.page.get_by_role("combobox", name="Search")
    options = window.page.locator("#find-suggestions [role=option]")

    await box.fill("old text")
    await old_is_asked.wait()
    await box.fill("new text")
    await expect(options).to_have_text(["Newer X-1"])
    async with window.page.expect_response(lambda response: "q=old" in response.url):
        old_may_be_answered.set()
    await window.page.evaluate("new Promise(requestAnimationFrame)")

    await expect(options).to_have_text(["Newer X-1"])


async def test_fast_typing_is_one_question(window: Window) -> None:
    asked: list[str] = []

    async def answers(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(json=answer("Found"))

    await window.page.route(PATH, answers)
    box = window.page.get_by_role("combobox", name="Search")

    await box.evaluate(
        """box => {
            for (const text of ["s", "sn", "sne", "snea"]) {
                box.value = text
                box.dispatchEvent(new Event("input"))
            }
        }"""
    )
    await expect(window.page.locator("#find-suggestions [role=option]")).to_have_count(1)

    assert len(asked) == 1
    assert "q=snea&limit=8" in asked[0]
