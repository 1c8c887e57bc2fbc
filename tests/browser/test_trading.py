"""People trade in their windows."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from solebook.entrypoints.demo.people import Person

from .market import Market
from .windows import Window, Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shoe(market: Market) -> str:
    return await market.offers()


@pytest.fixture
def buyer(market: Market) -> Person:
    return market.people.buyers[0]


async def bids_of(person: Person, amount: int) -> list[Any]:
    bids = (await person.api.get("/bids", limit=100))["items"]
    return [bid for bid in bids if bid["amount"] == amount]


async def goes_to_confirm(window: Window, shoe: str, amount: int) -> None:
    """Fill in the form to bid, up to the last button."""
    await window.opens(f"/products/{shoe}/trade?side=bid&size=9")
    await window.fills(amount=str(amount // 100))
    await window.presses("Review")
    await window.shows("You pay")


async def test_prices_move_in_one_window_while_somebody_trades_elsewhere(
    market: Market, shoe: str, windows: Windows
) -> None:
    window = await windows.open(market.url)
    await window.opens(f"/products/{shoe}?size=10.5")
    asks = window.page.locator('[data-live="asks"] tbody')
    await expect(window.page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(asks).not_to_contain_text("$")

    await market.asks(shoe, 21_000, "10.5")
    await expect(asks).to_contain_text("$210.00")
    await market.bids(shoe, 21_000, "10.5")
    await expect(asks).not_to_contain_text("$")


async def test_bid_is_placed_without_javascript_from_the_market_to_the_queue(
    market: Market, shoe: str, windows: Windows, buyer: Person
) -> None:
    window = await windows.open(market.url, java_script_enabled=False)
    page = window.page
    await window.signs_in(buyer.email)
    await page.get_by_role("searchbox").fill("dunk")
    await page.get_by_role("searchbox").press("Enter")
    await page.get_by_role("link", name="Nike Dunk Low").click()
    await page.get_by_role("link", name="10.5").first.click()
    await page.get_by_role("main").get_by_role("link", name="Buy").click()
    await window.fills(amount="51")
    await window.presses("Review")
    await window.presses("Place the bid")

    await window.shows("Active")
    [bid] = await bids_of(buyer, 5_100)
    assert page.url.endswith(f"/quotes/bid/{bid['id']}")


async def test_double_click_and_the_back_button_place_one_bid(
    market: Market, shoe: str, windows: Windows, buyer: Person
) -> None:
    window = await windows.open(market.url)
    await window.signs_in(buyer.email)
    await goes_to_confirm(window, shoe, 5_200)

    await window.page.get_by_role("button", name="Place the bid").dblclick()
    await window.shows("Active")
    await window.page.go_back()
    await window.shows("You pay")
    await window.presses("Place the bid")
    await window.shows("Active")

    assert len(await bids_of(buyer, 5_200)) == 1


async def test_two_tabs_of_one_person_do_not_disturb_each_other(
    market: Market, shoe: str, windows: Windows, buyer: Person
) -> None:
    one = await windows.open(market.url)
    await one.signs_in(buyer.email)
    other = await windows.another(one)
    await goes_to_confirm(one, shoe, 5_300)
    await goes_to_confirm(other, shoe, 5_400)

    await one.presses("Place the bid")
    await other.presses("Place the bid")
    await one.shows("Active")
    await other.shows("Active")

    assert len(await bids_of(buyer, 5_300)) == len(await bids_of(buyer, 5_400)) == 1


async def test_form_is_sent_after_its_session_ended_and_nothing_typed_is_lost(
    market: Market, shoe: str, windows: Windows, buyer: Person
) -> None:
    window = await windows.open(market.url)
    await window.signs_in(buyer.email)
    await window.opens(f"/products/{shoe}/trade?side=bid&size=9")
    await window.fills(amount="55", days="7")
    await buyer.api.delete("/users/me/sessions")
    await window.presses("Review")
    await window.enters(buyer.email)
    await window.shows("You pay")
    await buyer.api.delete("/users/me/sessions")

    await window.presses("Place the bid")
    await window.enters(buyer.email)
    await window.presses("Send it")
    await window.shows("Active")

    [bid] = await bids_of(buyer, 5_500)
    assert bid["expires_at"][:10] == "2026-03-09"
