"""A trade by its buyer and its seller, in two windows."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from solebook.entrypoints.web.orders.barcode import bars_of

from ....adapters.mail.test_label import scanned
from ..world import PARCEL, PASS, Person, World
from .browser import Browser


@pytest.fixture
async def seller_in(world: World, seller: Person) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(world.app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        browser = Browser(client)
        await browser.signs_in("seller@example.com")
        yield browser


@pytest.fixture
async def buyer_in(browser: Browser, buyer: Person) -> Browser:
    await browser.signs_in("buyer@example.com")
    return browser


async def test_each_party_sees_what_concerns_it_and_does_what_is_next(
    market: World,
    buyer_in: Browser,
    seller_in: Browser,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    admin: Person,
) -> None:
    order_id = await market.order(buyer, seller, 20_000)
    path = f"/orders/{order_id}"

    sold = await seller_in.opens(path)
    assert "You receive $176.00" in sold.text
    assert "Ships to" not in sold.text
    assert "Ship to:" in sold.text
    shipped = await seller_in.sends(sold.form(f"{path}/shipment"), **PARCEL)
    await market.workers.settle()
    assert "On its way to the warehouse" in shipped.text

    bought = await buyer_in.opens(path)
    assert "You pay $214.00" in bought.text
    assert "You receive" not in bought.text
    assert "nothing to do" in bought.text

    await market.move(order_id, "receipt", authenticator)
    task = await market.task_of(order_id, authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/claim", authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)

    bought = await buyer_in.opens(path)
    arrived = await buyer_in.sends(bought.form(f"{path}/delivery"))
    assert "Delivered" in arrived.text
    assert "Found authentic" in arrived.text
    assert f"{PARCEL['carrier']} {PARCEL['tracking_number']}" in arrived.text
    assert "Not found authentic" not in arrived.text

    what = {"kind": "not_as_described", "reason": "The left shoe\r\nis a size 9."}
    complained = await buyer_in.sends(arrived.form(f"{path}/complaint"), **what)
    assert "It is not what was described The left shoe is a size 9." in complained.text
    assert "A complaint is open: staff decide it" in complained.text
    assert "Complain by" not in complained.text
    assert f"{path}/complaint" not in complained.answer.text
    decision = {"in_favour_of": "buyer", "borne_by": "seller", "reason": "It is a 9."}
    await market.ok("POST", f"/v1/admin{path}/complaint-decision", admin, json=decision)
    bought = await buyer_in.opens(path)
    assert "Send it to: Warehouse" in bought.text
    assert "nothing to do" not in bought.text
    assert "The complaint was upheld" in bought.text
    assert "It is a 9." in bought.text
    sold = await seller_in.opens(path)
    assert "The complaint is decided for the buyer" in sold.text
    assert "staff decide it" not in sold.text


async def test_buyer_whose_bank_asks_has_something_to_do(
    market: World, browser: Browser, seller: Person
) -> None:
    careful = await market.buyer("careful", card="pm_card_authenticate")
    path = f"/orders/{await market.order(careful, seller)}"
    await browser.signs_in("careful@example.com")

    bought = await browser.opens(path)

    assert "Your bank wants you to confirm the payment" in bought.text
    assert "nothing to do" not in bought.text


async def test_buyer_alone_is_told_of_a_refund_until_it_is_made(
    market: World, buyer_in: Browser, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/cancellation")

    cancelled = await seller_in.sends(form, reason="The sole is torn.")

    assert "We owe you a refund" not in cancelled.text
    assert "We owe you a refund" in (await buyer_in.opens(path)).text
    await market.workers.settle()
    assert "We owe you a refund" not in (await buyer_in.opens(path)).text


async def test_seller_whose_payout_failed_is_led_to_the_payout_account(
    market: World, browser: Browser, buyer: Person, authenticator: Person
) -> None:
    await market.seller("closed", account="acct_closed")
    order_id = await market.order(buyer, market.people["closed"])
    path = f"/orders/{order_id}"
    await market.move(order_id, "shipment", market.people["closed"], json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = await market.task_of(order_id, authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/claim", authenticator)
    await market.ok("POST", f"/v1/authentication/tasks/{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    await market.pass_of_time(timedelta(days=4))
    await browser.signs_in("closed@example.com")

    sold = await browser.opens(path)

    assert "The payout failed. We owe it to you" in sold.text
    assert 'href="/account/payout-account"' in sold.answer.text


async def test_seller_gets_more_time_once(
    market: World, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/shipment-extension")

    longer = await seller_in.sends(form)

    assert "More time to ship" in longer.text
    assert f"{path}/shipment-extension" not in longer.answer.text
    assert f"{path}/shipment" in longer.answer.text


async def test_double_click_ships_once_and_shows_the_order(
    market: World, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/shipment")

    first = await seller_in.sends(form, **PARCEL)
    again = await seller_in.sends(form, **PARCEL)

    assert (first.status, again.status) == (200, 200)
    assert again.path == path


async def test_refused_act_shows_the_order_with_what_was_typed(
    market: World, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/shipment")

    refused = await seller_in.sends(form, carrier="UPS", tracking_number=" ")

    assert refused.status == 422
    assert refused.form(f"{path}/shipment").fields["carrier"] == "UPS"


async def test_refused_cancellation_stays_open_with_its_reason(
    market: World, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/cancellation")

    refused = await seller_in.sends(form, reason="x" * 501)

    assert refused.status == 422
    assert "<details open><summary>Cancel the sale" in refused.answer.text
    assert refused.form(f"{path}/cancellation").fields["reason"] == "x" * 501


async def test_order_of_others_does_not_exist(
    market: World, browser: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    await market.person("ann")
    await browser.signs_in("ann@example.com")

    assert (await browser.opens(path)).status == 404
    assert path not in (await browser.opens("/orders")).answer.text


async def test_seller_cancels_with_a_reason_that_the_buyer_sees_listed(
    market: World, buyer_in: Browser, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    form = (await seller_in.opens(path)).form(f"{path}/cancellation")

    cancelled = await seller_in.sends(form, reason="The sole is torn.")

    assert "The seller cancelled: The sole is torn." in cancelled.text
    listed = await buyer_in.opens("/orders?role=buyer")
    assert "Cancelled" in listed.text


async def test_seller_prints_the_slip_of_a_pair_that_is_to_be_shipped(
    market: World, buyer_in: Browser, seller_in: Browser, buyer: Person, seller: Person
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"
    order = await seller_in.opens(path)

    slip = await seller_in.opens(f"{path}/packing-slip")

    assert f"{path}/packing-slip" in order.answer.text
    assert slip.status == 200
    for text in ("Dunk Low", "DD1391-100", "10.5", "Ship to Warehouse", "Ship by"):
        assert text in slip.text
    assert (await buyer_in.opens(f"{path}/packing-slip")).status == 404

    await seller_in.sends(order.form(f"{path}/cancellation"), reason="The sole is torn.")
    assert (await seller_in.opens(f"{path}/packing-slip")).status == 404


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ("", True),
        ("?role=&status=", True),
        ("?role=buyer", True),
        ("?role=seller", False),
        ("?status=confirmed", True),
        ("?role=buyer&status=cancelled", False),
    ],
)
async def test_orders_are_narrowed_by_side_and_state(
    market: World, buyer_in: Browser, buyer: Person, seller: Person, query: str, is_listed: bool
) -> None:
    path = f"/orders/{await market.order(buyer, seller)}"

    listed = await buyer_in.opens(f"/orders{query}")

    assert (path in listed.answer.text) is is_listed


@pytest.mark.parametrize(
    "path", ["/orders?status=unknown", "/orders?role=admin", "/quotes/bid?status=unknown"]
)
async def test_list_of_an_unknown_state_or_side_is_refused(
    market: World, buyer_in: Browser, path: str
) -> None:
    refused = await buyer_in.opens(path)

    assert refused.status == 422
    assert "unknown" in refused.text


def test_a_scanner_reads_the_order_from_the_bars_of_its_slip() -> None:
    order_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    bars = bars_of(order_id)

    dark = {
        int(at) + place
        for at, width in re.findall(r"M(\d+) 0h(\d+)v", bars.path)
        for place in range(int(width))
    }
    modules = "".join("1" if at in dark else "0" for at in range(bars.width))

    assert scanned(modules.strip("0")) == order_id
    assert modules.startswith("0" * 10)
    assert modules.endswith("0" * 10)
    assert bars.millimetres < 180, "it fits on A4"
