"""A whole trade whose money moves at a double of Stripe, which reports it by webhooks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.adapters.system.clock import SystemClock
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.entrypoints.http.server import reserved_address, serving
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.reconciliation import Discrepancy

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig, stripe_rig
from .world import PARCEL, PASS, Person, World

CARDS = "/v1/users/me/payment-methods"


@pytest.fixture
async def stripe(clock: VirtualClock, ids: SeededIds) -> AsyncIterator[StripeRig]:
    async with stripe_rig(clock, ids) as rig:
        yield rig


@pytest.fixture
def application(clock: VirtualClock, stripe: StripeRig) -> Application:
    ids = SeededIds(3, clock)
    adapters = embedded_adapters(build_memory_store(clock=clock, ids=ids), clock=clock, ids=ids)
    # The double signs in real time, as Stripe does.
    provider = replace(stripe.provider, clock=SystemClock())
    ports: dict[str, Any] = {
        "payment_provider": provider,
        "seller_accounts": stripe.seller_accounts,
        "card_vault": StripeCardVault(stripe.provider.calls),
    }
    return build_application(replace(adapters, **ports))


@pytest.fixture
async def market(market: World, stripe: StripeRig) -> AsyncIterator[World]:
    """The market, to which Stripe posts its events over a socket."""
    with reserved_address("127.0.0.1", 0) as address:
        async with serving(market.app, address) as url:
            for connect in ("false", "true"):
                endpoint = {"url": f"{url}/v1/webhooks/stripe", "secrets": [SECRET]}
                endpoint["connect"] = connect
                added = await stripe.double.perform("POST", "/_double/webhook_endpoints", endpoint)
                assert added.status == 200, added.body
            yield market


@pytest.fixture
async def seller(market: World, stripe: StripeRig) -> Person:
    return await market.seller("seller", stripe.account)


async def reported(market: World, stripe: StripeRig) -> None:
    """Wait until Stripe has delivered its events, and let the exchange apply them."""
    async with asyncio.timeout(30):
        while stripe.double.state.deliveries:  # noqa: ASYNC110  # the double tells nobody
            await asyncio.sleep(0.01)
    assert stripe.double.state.lost_deliveries == 0
    await market.workers.settle()


async def go_on(
    market: World, order_id: str, buyer: Person, seller: Person, authenticator: Person
) -> None:
    """Take a confirmed order to the end of its hold."""
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    await market.pass_of_time(timedelta(days=3))


async def payout_of(market: World, seller: Person) -> tuple[str, str | None]:
    """Return the state of the seller's only payout, and why it was refused."""
    [payout] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    return payout["status"], payout["reason"]


async def reconciled(market: World) -> None:
    """Let the exchange read what Stripe has moved. No item differs."""
    told = [each async for each in market.application.payments.reconcile()]
    assert [each for each in told if isinstance(each, Discrepancy)] == []


async def kinds(stripe: StripeRig) -> list[MovementKind]:
    return [movement.kind for movement in await stripe.provider.movements("", 100)]


async def test_a_trade_goes_from_bid_to_payout(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert (order["status"], order["payment_status"]) == ("confirmed", "captured")

    await go_on(market, order_id, buyer, seller, authenticator)
    await reported(market, stripe)

    [payout] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    assert (payout["order_id"], payout["status"], payout["amount"]) == (order_id, "paid", 17_600)
    assert await kinds(stripe) == [MovementKind.CHARGE, MovementKind.PAYOUT]
    held = (await market.application.payments.check_solvency()).held
    assert held == await stripe.held()  # so it lacks Stripe's fee alone
    await reconciled(market)
    assert (await market.application.payments.check_solvency()).balanced


async def test_after_every_step_the_ledger_is_what_stripe_has_moved(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    for act in (
        lambda: reported(market, stripe),
        lambda: stripe.top_up(5_000),
        lambda: stripe.withdraw(3_000),
        lambda: stripe.take_fee(25),
        lambda: market.move(order_id, "shipment", seller, json=PARCEL),
        lambda: market.move(order_id, "receipt", authenticator),
    ):
        await act()
        await reconciled(market)
        solvency = await market.application.payments.check_solvency()
        assert solvency.balanced, solvency
        assert solvency.provider_balance == await stripe.provider.balance()


async def test_a_pair_that_is_not_authentic_is_refunded(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    verdict = {**PASS, "passed": False, "reason": "the stitching is wrong"}
    await market.ok("POST", f"{task}/verdict", authenticator, json=verdict)
    await market.workers.settle()
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert order["payment_status"] == "refunded"
    assert await kinds(stripe) == [MovementKind.CHARGE, MovementKind.REFUND]
    assert await stripe.held() == 0


async def test_a_card_that_stripe_verified_is_charged_with_its_customer(
    market: World, stripe: StripeRig, seller: Person
) -> None:
    buyer = await market.buyer("careful")
    [known] = await market.ok("GET", CARDS, buyer)
    setup = await market.ok("POST", f"{CARDS}/setup", buyer)

    path = f"/v1/setup_intents/{setup['id']}/confirm"  # what Stripe.js does in the browser
    form = {"payment_method": "pm_card_mastercard", "return_url": "https://shop.example.com"}
    await stripe.double.perform("POST", path, form)
    await reported(market, stripe)

    first, second = await market.ok("GET", CARDS, buyer)
    assert (first["id"], second["brand"]) == (known["id"], "mastercard")
    await market.ok("PUT", "/v1/users/me/payment-method", buyer, json={"id": second["id"]})
    await market.ok("DELETE", f"{CARDS}/{first['id']}", buyer)
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["status"], order["payment_status"]) == ("confirmed", "captured")
    [customer] = stripe.double.state.of("customer").values()
    [intent] = stripe.double.state.of("payment_intent").values()
    [attached] = [
        each for each in stripe.double.state.of("payment_method").values() if each["customer"]
    ]
    assert (intent["customer"], attached["id"]) == (customer["id"], intent["payment_method"])
    assert customer["metadata"]["user_id"] == buyer.id


async def test_a_card_that_was_removed_after_the_match_is_declined(
    market: World, stripe: StripeRig, seller: Person
) -> None:
    buyer = await market.buyer("hasty")
    await market.ask(seller)
    order_id = (await market.bid(buyer))["match"]["order_id"]
    [card] = await market.ok("GET", CARDS, buyer)
    [method] = [
        each for each in stripe.double.state.of("payment_method").values() if each["customer"]
    ]
    await stripe.double.perform("POST", f"/v1/payment_methods/{method['id']}/detach", {})
    await market.ok("DELETE", f"{CARDS}/{card['id']}", buyer)
    await market.workers.settle()
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["status"], order["payment_status"]) == ("cancelled", "declined")
    assert await kinds(stripe) == []


async def test_a_declined_card_ends_the_order(
    market: World, stripe: StripeRig, seller: Person
) -> None:
    buyer = await market.buyer("poor", "pm_card_chargeCustomerFail")
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["status"], order["payment_status"]) == ("cancelled", "declined")
    assert await kinds(stripe) == []


# ---- sellers ---------------------------------------------------------------------------------

ACCOUNT = "/v1/users/me/payout-account"


async def onboarded(market: World, stripe: StripeRig) -> tuple[Person, str]:
    """Return a seller who asked for an account, and the path of its page at Stripe."""
    seller = await market.person("newcomer")
    link = await market.ok("POST", f"{ACCOUNT}/onboarding", seller, json={"country": "US"})
    assert link["url"].startswith(f"{stripe.url}/_double/onboarding/acct_")
    return seller, link["url"].split("/")[-2]


async def test_a_seller_is_onboarded_and_paid(
    market: World, stripe: StripeRig, buyer: Person, authenticator: Person
) -> None:
    seller, account = await onboarded(market, stripe)
    shown = await market.ok("GET", ACCOUNT, seller)
    assert (shown["can_receive"], shown["problem"]) == (False, "requirements.past_due")
    assert {"name": "external_account", "text": "a bank account", "due": True} in shown[
        "requirements"
    ]
    order_id = await market.order(buyer, seller)
    await go_on(market, order_id, buyer, seller, authenticator)
    assert await payout_of(market, seller) == ("refused", "insufficient_capabilities_for_transfer")

    await stripe.complete(account)
    await reported(market, stripe)

    assert await payout_of(market, seller) == ("paid", None)
    assert (await market.ok("GET", ACCOUNT, seller))["can_receive"] is True
    assert (await market.ok("POST", f"{ACCOUNT}/dashboard", seller))["url"]
    assert (await market.application.payments.check_solvency()).held == await stripe.held()


async def test_an_account_is_restricted_between_sale_and_payout(
    market: World, stripe: StripeRig, buyer: Person, authenticator: Person
) -> None:
    seller, account = await onboarded(market, stripe)
    await stripe.complete(account)
    order_id = await market.order(buyer, seller)
    await stripe.restrict(account)
    await reported(market, stripe)
    told = (await market.ok("GET", "/v1/notifications", seller))["items"]
    assert "payout_account_restricted" in [each["kind"] for each in told]
    await go_on(market, order_id, buyer, seller, authenticator)
    assert (await payout_of(market, seller))[0] == "refused"

    await stripe.complete(account)
    await reported(market, stripe)
    assert await payout_of(market, seller) == ("paid", None)


async def test_a_bank_that_returns_a_sellers_money_changes_nothing_in_the_ledger(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await go_on(market, order_id, buyer, seller, authenticator)
    await stripe.double.perform("POST", "/_double/clock", {"advance": str(7 * 86_400)})
    paid = await stripe.double.perform(
        "POST", "/v1/payouts", {"amount": "17600", "currency": "usd"}, account=stripe.account
    )
    assert paid.status == 200, paid.body
    failing = {"account": stripe.account}
    failed = await stripe.double.perform(
        "POST", f"/_double/payouts/{paid.body['id']}/fail", failing
    )
    assert failed.status == 200, failed.body
    await reported(market, stripe)

    assert await payout_of(market, seller) == ("paid", None)
    assert (await market.application.payments.check_solvency()).held == await stripe.held()


async def test_a_transfer_that_is_reversed_in_parts_is_owed_again(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await go_on(market, order_id, buyer, seller, authenticator)
    [transfer] = stripe.double.state.of("transfer")
    for amount, owed in (("600", 600), ("7000", 7_600), ("10000", 17_600)):
        back = {"amount": amount}
        await stripe.double.perform("POST", f"/v1/transfers/{transfer}/reversals", back)
        await reported(market, stripe)
        balance = await market.ok("GET", "/v1/users/me/balance", seller)
        assert balance == {"payable": owed, "debt": 0}
        assert (await market.application.payments.check_solvency()).held == await stripe.held()
    assert (await payout_of(market, seller))[0] == "refused"
