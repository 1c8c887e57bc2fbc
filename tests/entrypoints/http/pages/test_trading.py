"""Placing, changing and cancelling by forms."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from ....served import PASSWORD
from ..test_staff_in_between import WINDOW, halt, on_its_way_back
from ..world import Person, World
from .browser import Browser, Shown


@pytest.fixture
async def other_window(world: World) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(world.app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield Browser(client)


@pytest.fixture
async def buyer_in(browser: Browser, buyer: Person) -> Browser:
    await browser.signs_in("buyer@example.com")
    return browser


async def looked_at(browser: Browser, market: World, side: str, amount: str, **more: str) -> Shown:
    """Fill in the form, and return the page that asks for confirmation."""
    page = await browser.opens(f"/products/{market.product_id}/trade?side={side}&size=10.5")
    return await browser.sends(page.forms[-1], amount=amount, **more)


async def bids_of(market: World, who: Person) -> list[dict[str, object]]:
    return list((await market.ok("GET", "/v1/bids", who))["items"])


async def test_bid_is_worked_out_then_placed(
    market: World, buyer_in: Browser, buyer: Person
) -> None:
    page = await looked_at(buyer_in, market, "bid", "$195")
    assert "$195.00" in page.text
    assert "You pay $209.00" in page.text
    assert "once its price is met; pairs ahead of it: 0" in page.text
    assert await bids_of(market, buyer) == []

    placed = await buyer_in.sends(page.forms[-1])

    [bid] = await bids_of(market, buyer)
    assert placed.path == f"/quotes/bid/{bid['id']}"
    assert bid["amount"] == 19_500
    assert "Active" in placed.text


async def test_what_is_missing_to_trade_is_told_before_anything_is_typed(
    market: World, browser: Browser
) -> None:
    await market.person("newcomer")
    await browser.signs_in("newcomer@example.com")
    missing = {"bid": "Set a payment method before you bid", "ask": "payout account"}
    for side, told in missing.items():
        page = await browser.opens(f"/products/{market.product_id}/trade?side={side}&size=10.5")
        assert (page.status, told in page.text) == (200, True), page.text
        assert "Do it now" in page.text


async def test_ask_shows_what_the_seller_gets_after_fees(
    market: World, browser: Browser, seller: Person
) -> None:
    await browser.signs_in("seller@example.com")

    page = await looked_at(browser, market, "ask", "200")

    assert "Transaction fee -$18.00" in page.text
    assert "Processing fee -$6.00" in page.text
    assert "You receive $176.00" in page.text


async def test_double_click_places_one_bid(market: World, buyer_in: Browser, buyer: Person) -> None:
    page = await looked_at(buyer_in, market, "bid", "195")

    first, second = await asyncio.gather(
        buyer_in.sends(page.forms[-1]), buyer_in.sends(page.forms[-1])
    )

    [bid] = await bids_of(market, buyer)
    assert first.path == second.path == f"/quotes/bid/{bid['id']}"


async def test_going_back_and_typing_another_amount_places_a_second_bid(
    market: World, buyer_in: Browser, buyer: Person
) -> None:
    form = (await looked_at(buyer_in, market, "bid", "195")).forms[-1]
    await buyer_in.sends(form)
    await buyer_in.sends(form, amount="190")

    assert {bid["amount"] for bid in await bids_of(market, buyer)} == {19_500, 19_000}


async def test_going_back_by_the_link_keeps_what_was_typed(
    market: World, buyer_in: Browser
) -> None:
    page = await looked_at(buyer_in, market, "bid", "$1,195", days="7")

    again = await buyer_in.opens(page.link("change=yes"))

    assert again.forms[-1].fields.items() >= {"amount": "$1,195", "days": "7"}.items()
    assert "You pay" not in again.text


async def test_buy_now_trades_at_the_lowest_ask_or_not_at_all(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    ask = await market.ask(seller, 21_000)
    page = await buyer_in.opens(f"/products/{market.product_id}/trade?side=bid&size=10.5")
    assert "Buy now for $224.00" in page.text
    confirm = await buyer_in.opens(page.link("now=yes"))

    await market.ok("DELETE", f"/v1/asks/{ask['ask']['id']}", seller)
    gone = await buyer_in.sends(confirm.forms[-1])
    assert gone.status == 409

    await market.ask(seller, 21_000)
    bought = await buyer_in.sends(confirm.forms[-1])
    assert "Matched" in bought.text


async def test_price_far_from_the_last_sales_is_confirmed_twice(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    for _ in range(5):
        await market.order(buyer, seller, 20_000)

    page = await looked_at(buyer_in, market, "bid", "2000")
    assert "far from the last sales" in page.text
    again = await buyer_in.sends(page.forms[-1])
    assert "far from the last sales" in again.text
    assert all(bid["amount"] != 200_000 for bid in await bids_of(market, buyer))

    shown = await buyer_in.sends(again.forms[-1], meant="yes")
    assert (await bids_of(market, buyer))[0]["amount"] == 200_000

    change = f"{shown.path}/change"
    warned = await buyer_in.sends(shown.form(change), amount="3000")
    assert "far from the last sales" in warned.text
    assert (await bids_of(market, buyer))[0]["amount"] == 200_000
    await buyer_in.sends(warned.form(change), meant="300000")
    assert (await bids_of(market, buyer))[0]["amount"] == 300_000


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("", "amount"),
        ("cheap", "amount"),
        ("195.001", "amount"),
        ("1", "amount"),
        ("195.50", "multiple"),
    ],
)
async def test_wrong_amount_shows_the_form_again_with_what_was_typed(
    market: World, buyer_in: Browser, buyer: Person, amount: str, why: str
) -> None:
    page = await looked_at(buyer_in, market, "bid", amount, days="7")

    assert page.status == 422
    assert why in page.text.lower()
    assert page.forms[-1].fields["amount"] == amount
    assert page.forms[-1].fields["days"] == "7"
    assert await bids_of(market, buyer) == []


async def test_who_lacks_a_card_is_told_so(market: World, browser: Browser) -> None:
    await market.person("ann")
    await browser.signs_in("ann@example.com")
    page = await looked_at(browser, market, "bid", "195")

    refused = await browser.sends(page.forms[-1])

    assert refused.status == 409
    assert "payment method" in refused.text
    assert 'href="/account/cards"' in refused.answer.text


async def test_bid_typed_before_the_session_ended_is_placed_once_after_signing_in(
    market: World, buyer_in: Browser, buyer: Person
) -> None:
    form = (await looked_at(buyer_in, market, "bid", "195")).forms[-1]
    await market.ok("DELETE", "/v1/users/me/sessions", buyer)
    await market.sign_in(buyer)

    asked = await buyer_in.sends(form)
    kept = await buyer_in.sends(
        asked.form("/sign-in"), email="buyer@example.com", password=PASSWORD
    )
    assert await bids_of(market, buyer) == []
    placed = await buyer_in.sends(kept.forms[-1])
    await buyer_in.sends(kept.forms[-1])

    [bid] = await bids_of(market, buyer)
    assert placed.path == f"/quotes/bid/{bid['id']}"


async def test_bid_is_changed_and_cancelled_by_its_owner_alone(
    market: World, buyer_in: Browser, buyer: Person, other_window: Browser
) -> None:
    form = (await looked_at(buyer_in, market, "bid", "195")).forms[-1]
    shown = await buyer_in.sends(form)
    changed = await buyer_in.sends(shown.form(f"{shown.path}/change"), amount="200")
    assert "$200.00" in changed.text

    await market.person("ann")
    await other_window.signs_in("ann@example.com")
    theirs = changed.form(f"{shown.path}/cancellation")
    mine = await other_window.opens("/quotes/bid")
    theirs.fields["_token"] = mine.form("/sign-out").fields["_token"]
    assert (await other_window.sends(theirs)).status == 404

    shown = await buyer_in.opens(shown.path)
    cancelled = await buyer_in.sends(shown.form(f"{shown.path}/cancellation"))
    assert "Cancelled" in cancelled.text
    assert "Cancelled" in (await buyer_in.opens("/quotes/bid")).text
    assert "nothing here" in (await buyer_in.opens("/quotes/bid?status=active")).text


@pytest.mark.parametrize("field", ["side", "condition", "size"])
async def test_form_with_a_value_that_no_page_offers_is_refused_as_a_page(
    market: World, buyer_in: Browser, buyer: Person, field: str
) -> None:
    page = await looked_at(buyer_in, market, "bid", "195")

    refused = await buyer_in.sends(page.forms[-1], **{field: "odd"})

    assert refused.status == 422
    assert "That did not work" in refused.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"amount": "1"}, "Amount must be between $25.00 and $100,000.00, not $1.00."),
        ({"amount": "195.50"}, "$195.50 is not a multiple of $1.00."),
        ({"amount": "195", "days": "999"}, "Days must be between 1 and 60, not 999."),
    ],
)
async def test_refused_change_tells_amounts_as_money_and_keeps_what_was_typed(
    market: World, buyer_in: Browser, typed: dict[str, str], told: str
) -> None:
    shown = await buyer_in.sends((await looked_at(buyer_in, market, "bid", "190")).forms[-1])

    refused = await buyer_in.sends(shown.form(f"{shown.path}/change"), **typed)

    assert refused.status == 422
    assert told in refused.text
    assert refused.form(f"{shown.path}/change").fields.items() >= typed.items()


async def test_confirmed_change_keeps_its_days_and_is_of_the_amount_that_was_confirmed(
    market: World, buyer_in: Browser, buyer: Person, seller: Person
) -> None:
    for _ in range(5):
        await market.order(buyer, seller, 20_000)
    shown = await buyer_in.sends((await looked_at(buyer_in, market, "bid", "190")).forms[-1])
    change = f"{shown.path}/change"
    warned = (await buyer_in.sends(shown.form(change), amount="500", days="7")).form(change)

    again = await buyer_in.sends(warned, amount="5000", meant="50000")
    assert "Yes, I mean $5,000.00" in again.text
    await buyer_in.sends(warned, meant="50000")

    bid = (await bids_of(market, buyer))[0]
    assert (bid["amount"], str(bid["expires_at"])[:10]) == (50_000, "2026-03-09")


async def test_pressing_cancel_twice_shows_the_cancelled_bid(
    market: World, buyer_in: Browser
) -> None:
    shown = await buyer_in.sends((await looked_at(buyer_in, market, "bid", "190")).forms[-1])
    form = shown.form(f"{shown.path}/cancellation")

    await buyer_in.sends(form)
    again = await buyer_in.sends(form)

    assert (again.status, again.path) == (200, shown.path)


async def test_ask_that_waits_for_its_book_to_open_can_be_cancelled(
    market: World, browser: Browser, admin: Person, seller: Person
) -> None:
    ask = await on_its_way_back(market, seller)
    await halt(market, admin)
    await market.pass_of_time(WINDOW)
    await browser.signs_in("seller@example.com")
    shown = await browser.opens(f"/quotes/ask/{ask['ask']['id']}")
    assert "Waits for the book to open" in shown.text

    cancelled = await browser.sends(shown.form(f"{shown.path}/cancellation"))

    assert "Status Cancelled" in cancelled.text
