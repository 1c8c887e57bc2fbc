"""Whole trades at a double of Stripe in currencies without decimals, with two and with three."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.stripe.card_vault import StripeCardVault
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.adapters.system.clock import SystemClock
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.core.payments.fees import fees_of
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.rules import MarketRules

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig, stripe_rig
from .world import PARCEL, PASS, Person, World

PRICES = {"JPY": 20_100, "USD": 20_150, "KWD": 201_550}
"""With fees that are rounded: a transfer may end with any digit, and a charge may not."""
TICKS = {"JPY": 1, "USD": 1, "KWD": 10}


@pytest.fixture(params=PRICES)
def currency(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def stripe(clock: VirtualClock, ids: SeededIds, currency: str) -> AsyncIterator[StripeRig]:
    async with stripe_rig(clock, ids, currency.lower()) as rig:
        yield rig


@pytest.fixture
def application(clock: VirtualClock, stripe: StripeRig, currency: str) -> Application:
    ids = SeededIds(3, clock)
    adapters = embedded_adapters(build_memory_store(clock=clock, ids=ids), clock=clock, ids=ids)
    calls, real = stripe.provider.calls, SystemClock()
    provider = StripePaymentProvider(calls, real, (SECRET,), currency.lower())
    rules = replace(MarketRules.in_currency(currency), tick=TICKS[currency])
    vault = StripeCardVault(calls)
    adapters = replace(adapters, payment_provider=provider, card_vault=vault)
    return build_application(adapters, rules=rules)


@pytest.fixture
async def seller(market: World, stripe: StripeRig) -> Person:
    seller = await market.seller("seller")
    account = {"account": stripe.account}
    await market.ok("PUT", "/v1/users/me/payout-account", seller, json=account)
    return seller


async def moved(stripe: StripeRig) -> list[tuple[MovementKind, int]]:
    return [(each.kind, each.amount) for each in await stripe.provider.movements("", 100)]


async def under_review(
    market: World, buyer: Person, seller: Person, authenticator: Person, currency: str
) -> tuple[str, str]:
    """Return an order and its task, which the authenticator has claimed."""
    order_id = await market.order(buyer, seller, PRICES[currency])
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    return order_id, task


async def test_buyers_pay_and_sellers_get_whole_minor_units(
    market: World,
    stripe: StripeRig,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    currency: str,
) -> None:
    order_id, task = await under_review(market, buyer, seller, authenticator, currency)
    await market.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await market.workers.settle()
    await market.move(order_id, "dispatch", authenticator, json=PARCEL)
    await market.move(order_id, "delivery", buyer)
    await market.pass_of_time(timedelta(days=3))

    rules, price = market.application.rules, PRICES[currency]
    fees = fees_of(price, 1, rules)
    [paid] = (await market.ok("GET", "/v1/payouts", seller))["items"]
    payout = price - fees.transaction - fees.processing
    assert (paid["status"], paid["amount"]) == ("paid", payout)
    assert await moved(stripe) == [
        (MovementKind.CHARGE, price + rules.shipping_fee),
        (MovementKind.PAYOUT, payout),
    ]
    currencies = {each["currency"] for each in stripe.double.state.of("transfer").values()}
    assert currencies == {currency.lower()}


async def test_refunds_are_whole(
    market: World,
    stripe: StripeRig,
    buyer: Person,
    seller: Person,
    authenticator: Person,
    currency: str,
) -> None:
    _, task = await under_review(market, buyer, seller, authenticator, currency)
    verdict = {**PASS, "passed": False, "reason": "the stitching is wrong"}
    await market.ok("POST", f"{task}/verdict", authenticator, json=verdict)
    await market.workers.settle()

    total = PRICES[currency] + market.application.rules.shipping_fee
    assert await moved(stripe) == [(MovementKind.CHARGE, total), (MovementKind.REFUND, total)]
    assert await stripe.held() == 0
