"""A whole trade whose money moves at a double of Stripe, which reports it by webhooks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.adapters.system.clock import SystemClock
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.entrypoints.http.server import reserved_address, serving
from solebook.ports.language.movements import MovementKind

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig, stripe_rig
from .world import PARCEL, PASS, Person, World


@pytest.fixture
async def stripe(clock: VirtualClock, ids: SeededIds) -> AsyncIterator[StripeRig]:
    async with stripe_rig(clock, ids) as rig:
        yield rig


@pytest.fixture
def application(clock: VirtualClock, stripe: StripeRig) -> Application:
    ids = SeededIds(3, clock)
    adapters = embedded_adapters(build_memory_store(clock=clock, ids=ids), clock=clock, ids=ids)
    # The double signs in real time, as Stripe does.
    provider = StripePaymentProvider(stripe.provider.calls, SystemClock(), (SECRET,), "usd")
    return build_application(replace(adapters, payment_provider=provider))


@pytest.fixture
async def market(market: World, stripe: StripeRig) -> AsyncIterator[World]:
    """The market, to which Stripe posts its events over a socket."""
    with reserved_address("127.0.0.1", 0) as address:
        async with serving(market.app, address) as url:
            endpoint = {"url": f"{url}/v1/webhooks/stripe", "secrets": [SECRET]}
            added = await stripe.double.perform("POST", "/_double/webhook_endpoints", endpoint)
            assert added.status == 200, added.body
            yield market


@pytest.fixture
async def seller(market: World, stripe: StripeRig) -> Person:
    seller = await market.seller("seller")
    account = {"account": stripe.account}
    await market.ok("PUT", "/v1/users/me/payout-account", seller, json=account)
    return seller


async def reported(market: World, stripe: StripeRig) -> None:
    """Wait until Stripe has delivered its events, and let the exchange apply them."""
    async with asyncio.timeout(30):
        while stripe.double.state.deliveries:  # noqa: ASYNC110  # the double tells nobody
            await asyncio.sleep(0.01)
    assert stripe.double.state.lost_deliveries == 0
    await market.workers.settle()


async def kinds(stripe: StripeRig) -> list[MovementKind]:
    return [movement.kind for movement in await stripe.provider.movements("", 100)]


async def test_a_trade_goes_from_bid_to_payout(
    market: World, stripe: StripeRig, buyer: Person, seller: Person, authenticator: Person
) -> None:
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert (order["status"], order["payment_status"]) == ("confirmed", "captured")

    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    await market.pass_of_time(timedelta(days=3))
    await reported(market, stripe)

    [payout] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    assert (payout["order_id"], payout["status"], payout["amount"]) == (order_id, "paid", 17_600)
    assert await kinds(stripe) == [MovementKind.CHARGE, MovementKind.PAYOUT]
    held = (await market.application.payments.check_solvency()).held
    assert held == await stripe.held()  # so it lacks Stripe's fee alone


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


async def test_a_declined_card_ends_the_order(
    market: World, stripe: StripeRig, seller: Person
) -> None:
    buyer = await market.buyer("poor", "pm_card_visa_chargeDeclinedInsufficientFunds")
    order_id = await market.order(buyer, seller)
    await reported(market, stripe)

    order = await market.ok("GET", f"/v1/orders/{order_id}", buyer)
    assert (order["status"], order["payment_status"]) == ("cancelled", "declined")
    assert await kinds(stripe) == []
