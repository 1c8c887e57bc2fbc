"""A market works by every number that its rules accept, at the least and at the most."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.composition.engine import engine_of
from solebook.ports.language.limits import limits_of
from solebook.ports.language.orders import OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.rules import LevelThreshold, MarketRules

from ..exchange import Exchange, build_exchange
from ..invariants import check_invariants

pytestmark = pytest.mark.integration  # whole stories, for each number twice

LIMITS = limits_of(MarketRules)
NOT_ALONE = {
    "tick": {"min_amount": 1_000_000, "max_amount": 100_000_000},
    "min_amount": {"tick": 1, "min_transaction_fee": 0, "min_penalty": 0},
    "max_amount": {"tick": 1},
    "min_transaction_fee": {},
    "min_penalty": {"min_amount": 1_000_000_000, "max_amount": 1_000_000_000},
}
"""What else must be set for a number to be accepted at its limits."""


def at_limits() -> list[Any]:
    """Every number among the rules at its least and at its most."""
    cases = []
    for field in fields(MarketRules):
        if field.name not in LIMITS:
            continue
        _, between = LIMITS[field.name]
        for which, number in (("least", between.least), ("most", between.most)):
            value = (number,) * 5 if field.name == "transaction_fees" else number
            cases.append(pytest.param(field.name, value, id=f"{field.name}-{which}"))
    return cases


def rules_with(name: str, value: object) -> MarketRules | str:
    """Return the rules with this number, or why they are refused."""
    refusal = ""
    for more in ({}, NOT_ALONE.get(name, {})):
        try:
            return replace(MarketRules(), **{name: value} | more)  # type: ignore[arg-type]
        except ValueError as error:
            refusal = str(error)
    return refusal


@pytest.mark.parametrize(("name", "value"), at_limits())
async def test_a_number_at_its_limit_works_or_is_refused_with_a_reason(
    name: str, value: object
) -> None:
    rules = rules_with(name, value)
    if isinstance(rules, str):
        assert name in rules or "lowest amount" in rules
        return
    exchange = build_exchange(rules=rules)
    await exchange.open()
    for price in {rules.min_amount, rules.max_amount}:
        await stories(exchange, price)
    await check_invariants(exchange)
    await engine_of(exchange.app).stop()


async def test_levels_that_need_nothing_are_reached_at_once() -> None:
    nothing = LevelThreshold(0, 0)
    exchange = build_exchange(rules=replace(MarketRules(), level_thresholds=(nothing,) * 4))
    await exchange.open()
    await stories(exchange, 20_000)
    await check_invariants(exchange)
    assert {order.fees.seller_level for order in await exchange.orders()} == {5}
    await engine_of(exchange.app).stop()


async def stories(exchange: Exchange, price: int) -> None:
    """A pair is sold and paid for; sellers break trades off in every way."""
    rules = exchange.app.rules
    sold = await exchange.trade(OrderStatus.DELIVERED, price=price)
    await exchange.trade(OrderStatus.AUTH_FAILED, price=price)
    await exchange.trade(OrderStatus.CANCELLED, price=price)
    late = await exchange.trade(OrderStatus.CONFIRMED, price=price)
    assert late.ship_by is not None
    await exchange.app.orders.extend_shipment(exchange.seller, late.id)
    extended = (await exchange.order(late.id)).ship_by
    assert extended is not None
    await exchange.later(extended - exchange.clock.now() + timedelta(seconds=1))
    assert (await exchange.order(late.id)).payment_status is PaymentStatus.REFUNDED
    await exchange.later(rules.payout_hold)
    again = await exchange.trade(OrderStatus.DELIVERED, price=price)
    await exchange.later(rules.payout_hold)
    for order_id in (sold.id, again.id):
        order = await exchange.order(order_id)
        assert order.payout_amount > 0, order
        assert order.payout_status is PayoutStatus.PAID, order
