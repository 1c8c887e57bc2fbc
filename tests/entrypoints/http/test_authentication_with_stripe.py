"""A buyer authenticates a payment at a double of Stripe, fails, or does not come."""

from datetime import timedelta

import httpx
import pytest

from solebook.ports.language.movements import MovementKind

from ...ports.payment_provider.stripe_rig import StripeRig
from . import test_trade_with_stripe as trade
from .test_trade_with_stripe import CARDS, kinds, reported
from .world import Person, World

application, market = trade.application, trade.market
seller, stripe = trade.seller, trade.stripe


@pytest.fixture
async def careful(market: World, stripe: StripeRig) -> Person:
    """A buyer whose bank wants every payment to be authenticated."""
    buyer = await market.buyer("careful")
    [known] = await market.ok("GET", CARDS, buyer)
    setup = await market.ok("POST", f"{CARDS}/setup", buyer)
    form = {"payment_method": "pm_card_authenticationRequired", "return_url": "https://shop.test"}
    await stripe.double.perform("POST", f"/v1/setup_intents/{setup['id']}/confirm", form)
    await stripe.authenticate(setup["id"], passes=True)
    await reported(market, stripe)
    cards = await market.ok("GET", CARDS, buyer)
    [card] = [each["id"] for each in cards if each["id"] != known["id"]]
    await market.ok("PUT", "/v1/users/me/payment-method", buyer, json={"id": card})
    return buyer


async def waiting(market: World, stripe: StripeRig, buyer: Person, seller: Person) -> str:
    """Return an order whose buyer must authenticate."""
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["status"], order["payment_status"]) == ("pending", "pending")
    assert (await market.ok("GET", f"/v1/orders/{order_id}", seller))["payment_action"] is None
    return order_id


async def press(market: World, buyer: Person, order_id: str, button: str) -> httpx.Response:
    """Press a button of the bank's page behind the link on the order."""
    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    url = order["payment_action"]["url"].partition("?")[0]
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.post(f"{url}/{button}")


async def test_a_buyer_who_authenticates_keeps_the_order_and_has_a_receipt(
    market: World, stripe: StripeRig, careful: Person, seller: Person
) -> None:
    order_id = await waiting(market, stripe, careful, seller)
    receipt = f"/v1/orders/{order_id}/payment-receipt"
    assert await market.ok("GET", receipt, careful) == {"url": None}

    back = await press(market, careful, order_id, "passes")
    await reported(market, stripe)

    assert back.headers["location"].startswith(f"https://exchange.example.com/orders/{order_id}?")
    order = await market.ok("GET", f"/v1/orders/{order_id}", careful)
    assert (order["status"], order["payment_status"]) == ("confirmed", "captured")
    assert order["payment_action"] is None
    assert (await market.ok("GET", receipt, careful))["url"].startswith(f"{stripe.url}/_double/")
    assert (await market.get(receipt, seller)).status_code == 404
    assert await kinds(stripe) == [MovementKind.CHARGE]


@pytest.mark.parametrize(
    ("button", "ends"),
    [("fails", ["payment_declined", "declined"]), ("", ["payment_overdue", "abandoned"])],
)
async def test_a_buyer_who_fails_or_does_not_come_cannot_pay_any_more(
    market: World,
    stripe: StripeRig,
    careful: Person,
    seller: Person,
    button: str,
    ends: list[str],
) -> None:
    order_id = await waiting(market, stripe, careful, seller)
    if button:
        await press(market, careful, order_id, button)
    else:
        await market.pass_of_time(timedelta(minutes=15))
    await reported(market, stripe)
    order = await market.ok("GET", f"/v1/orders/{order_id}", careful)
    assert [order["cancel_reason"], order["payment_status"]] == ends
    [intent] = stripe.double.state.of("payment_intent").values()
    assert intent["status"] == "canceled"
    assert await kinds(stripe) == []


async def test_a_buyer_who_paid_before_staff_cancelled_is_refunded(
    market: World, stripe: StripeRig, careful: Person, seller: Person, admin: Person
) -> None:
    order_id = await waiting(market, stripe, careful, seller)
    stripe.double.webhooks.change({"withhold": "true"})
    await press(market, careful, order_id, "passes")

    await market.move(order_id, "cancellation", admin, json={"reason": "a recall"})
    stripe.double.webhooks.change({"withhold": "false"})
    stripe.double.wake()
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", careful)
    assert (order["status"], order["payment_status"]) == ("cancelled", "refunded")
    assert await kinds(stripe) == [MovementKind.CHARGE, MovementKind.REFUND]
    assert await stripe.held() == 0
