"""A whole trade by four people, each at their own window, from registration to payout."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import FilePayload, expect

from solebook.entrypoints.demo.api import wait_for
from solebook.entrypoints.demo.people import PASSWORD

from .market import Market, a_photo
from .windows import Window, Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]

_MOST_TABS = 60


async def joins(window: Window, name: str) -> str:
    """Register by the form, and sign in."""
    email = f"{name}@example.com"
    await window.opens("/")
    await window.page.get_by_role("link", name="Register").click()
    await window.fills(first_name="New", last_name=name.title(), email=email, password=PASSWORD)
    await window.presses("Register")
    await window.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await window.enters(email)
    await expect(window.page.get_by_role("heading", name="Market")).to_be_visible()
    return email


async def can_buy(window: Window) -> None:
    """Add a card and an address."""
    await window.opens("/account/cards")
    await window.presses("Add a card")
    await window.presses("Use this card")
    await window.shows("The card is on file.")
    await window.opens("/account/addresses")
    await window.fills(street="1 Main Street", city="Portland", region="OR", country="US")
    await window.presses("Add an address")
    await window.shows("1 Main Street")


async def can_sell(window: Window) -> None:
    """Open a payout account, and tell the provider what it wants to know."""
    await window.opens("/account/payout-account")
    await window.presses("Open an account")
    await window.presses("Tell all of this")
    await window.opens("/account/payout-account")
    await expect(window.page.get_by_text("yes", exact=True)).to_have_count(2)


async def reaches(window: Window, name: str) -> None:
    """Press Tab until something with this name has the focus."""
    for _ in range(_MOST_TABS):
        await window.page.keyboard.press("Tab")
        focused = window.page.locator(":focus")
        told = await focused.evaluate(
            "each => (each.labels?.[0]?.innerText ?? each.innerText ?? '').trim()"
        )
        if told.startswith(name):
            return
    pytest.fail(f"no {name!r} is reached by {_MOST_TABS} times Tab")


async def types(window: Window, text: str) -> None:
    """Type into what has the focus, with Enter at the end."""
    await window.page.keyboard.type(text)
    await window.page.keyboard.press("Enter")


async def access_key(window: Window, key: str) -> None:
    """Press Alt and a key. Playwright's keyboard does not tell which letter is on the key."""
    cdp = await window.page.context.new_cdp_session(window.page)
    pressed = {"key": key, "text": key, "unmodifiedText": key, "modifiers": 1}
    pressed["windowsVirtualKeyCode"] = ord(key.upper())
    for kind in ("keyDown", "keyUp"):
        await cdp.send("Input.dispatchKeyEvent", {"type": kind, **pressed})
    await cdp.detach()


async def comes_to(market: Market, order_id: str, step: str) -> None:
    """Wait until something has happened to an order."""

    async def happened() -> bool:
        history = await market.people.admin.api.get(f"/orders/{order_id}/history")
        return step in {each["type"] for each in history}

    await wait_for(happened, f"{order_id} to come to {step}")


async def authenticates_by_keyboard(window: Window, market: Market, order_id: str) -> None:
    """Receive, claim, judge and send a pair without a mouse."""
    press = window.page.keyboard.press
    await window.opens("/warehouse")  # and so to the form to sign in
    await reaches(window, "Email")
    await window.page.keyboard.type(market.people.authenticator.email)
    await press("Tab")
    await types(window, PASSWORD)
    await expect(window.page.get_by_role("heading", name="Warehouse")).to_be_visible()

    await expect(window.page.get_by_label("Number of an order")).to_be_focused()
    await types(window, order_id)
    await window.shows("Received:")
    await reaches(window, "Nike Dunk Low")
    await press("Enter")

    claim = window.page.get_by_role("button", name="Claim it")
    await expect(claim).to_be_focused()
    await press("Enter")
    await expect(window.page.get_by_label("Box")).to_be_focused()
    for _ in range(3):
        await press("Space")
        await press("Tab")
    async with window.page.expect_file_chooser() as chooser:
        await access_key(window, "o")
    photo = FilePayload(name="shoe.jpg", mimeType="image/jpeg", buffer=a_photo())
    await (await chooser.value).set_files(photo)
    await expect(window.page.get_by_role("img", name="Photo 1")).to_be_visible()
    await access_key(window, "p")
    await access_key(window, "g")
    await expect(window.page.get_by_role("button", name="Yes, it is authentic")).to_be_focused()
    await press("Enter")

    await expect(window.page.get_by_label("Carrier")).to_be_focused()
    await window.page.keyboard.type("UPS")
    await press("Tab")
    await types(window, "1ZOUT")
    await comes_to(market, order_id, "shipped")


async def test_four_people_trade_from_registration_to_payout(
    market: Market, windows: Windows
) -> None:
    shoe = await market.offers()
    buyer, seller, authenticator, admin = [await windows.open(market.url) for _ in range(4)]
    await joins(buyer, "bea")
    await joins(seller, "sam")
    await can_buy(buyer)
    await can_sell(seller)

    # The buyer looks at the book, and sees the ask arrive.
    await buyer.opens(f"/products/{shoe}?size=9")
    await expect(buyer.page.get_by_text("Live", exact=True)).to_be_visible()
    await seller.opens(f"/products/{shoe}?size=9")
    await seller.page.get_by_role("main").get_by_role("link", name="Sell").click()
    await seller.fills(amount="200")
    await seller.presses("Review")
    await seller.shows("You receive")
    await seller.presses("Place the ask")
    await seller.shows("Active")
    await expect(buyer.page.locator('[data-live="asks"]')).to_contain_text("$200.00")

    # The buyer buys it.
    await buyer.page.get_by_role("main").get_by_role("link", name="Buy").click()
    await buyer.page.get_by_role("link", name="Buy now for $214.00").click()
    await buyer.shows("You pay")
    await buyer.presses("Place the bid")
    await buyer.page.get_by_role("link", name="See its order").click()
    order_id = re.findall(r"[0-9a-f-]{36}", buyer.page.url)[0]
    await comes_to(market, order_id, "confirmed")
    await buyer.page.reload()
    await buyer.shows("Paid; the seller ships next")

    # The seller ships it.
    await seller.page.get_by_role("link", name="Orders").click()
    await seller.page.locator(f'a[href="/orders/{order_id}"]').click()
    await seller.fills(carrier="UPS", tracking_number="1ZIN")
    await seller.presses("I have shipped it")
    await seller.shows("On its way to the warehouse")

    # The authenticator uses no mouse.
    await authenticates_by_keyboard(authenticator, market, order_id)

    # The buyer has it, and the seller is paid.
    await buyer.page.reload()
    await buyer.presses("It has arrived")
    await buyer.shows("Delivered")
    market.clock.advance(timedelta(days=4))
    await comes_to(market, order_id, "payout_paid")
    await seller.opens("/payouts")
    await seller.shows("$176.00")

    # The admin sees all of it.
    await admin.opens(f"/admin/orders/{order_id}")
    await admin.enters(market.people.admin.email)
    await admin.shows("The seller was paid")
    await admin.shows("Paid out")
