"""Sellers of a high level are paid at the delivery, and owe what is decided later."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded.operations import Operation
from solebook.composition.engine import engine_of
from solebook.core.payments.transfers import debt, payable
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.orders import FreezeReason, Order, OrderStatus, PayoutStatus
from solebook.ports.language.payments import PayoutState
from solebook.ports.language.rules import LevelThreshold, MarketRules
from solebook.ports.language.users import Actor, Role

from ...exchange import Exchange, build_exchange
from .reports import HOLD, TOTAL, check_money, dashboard, debt_of, told_of_latest

AT_ONCE = (LevelThreshold(0, 0), LevelThreshold(0, 0), LevelThreshold(50, 10**9))
RULES = MarketRules(early_payout_level=3, level_thresholds=(*AT_ONCE, LevelThreshold(99, 10**9)))
"""Everybody is of level 3 at once."""


async def opened(rules: MarketRules) -> Exchange:
    exchange = build_exchange(rules=rules)
    await exchange.open()
    return exchange


@pytest.fixture
async def early() -> Exchange:
    return await opened(RULES)


async def close(exchange: Exchange) -> None:
    await check_money(exchange)
    await engine_of(exchange.app).stop()


async def complain(exchange: Exchange, order: Order) -> None:
    buyer = Actor(order.buyer_id, frozenset())
    kind = ComplaintKind.NOT_AS_DESCRIBED
    await exchange.app.orders.complain(buyer, order.id, kind=kind, reason="a stain")
    await exchange.workers.settle()


async def test_a_seller_of_the_level_is_paid_at_the_delivery(early: Exchange) -> None:
    order = await early.trade(OrderStatus.DELIVERED)
    assert (await early.payout(order.id)).state is PayoutState.PAID
    await early.later(HOLD)
    assert (await early.order(order.id)).payout_status is PayoutStatus.PAID
    await close(early)


@pytest.mark.parametrize("rules", [MarketRules(), MarketRules(early_payout_level=2)])
async def test_other_sellers_wait_for_the_end_of_the_hold(rules: MarketRules) -> None:
    exchange = await opened(rules)
    order = await exchange.trade(OrderStatus.DELIVERED)
    assert await exchange.store.payouts.find(order.id) is None
    await exchange.later(HOLD)
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    await close(exchange)


async def test_the_buyer_of_an_early_payout_can_complain_as_long_as_ever(early: Exchange) -> None:
    order = await early.trade(OrderStatus.DELIVERED)
    await early.later(RULES.complaint_window * 0.99)
    await complain(early, order)
    assert FreezeReason.COMPLAINT in (await early.order(order.id)).freezes
    await early.app.orders.decide_complaint(
        early.admin,
        order.id,
        in_favour_of=Role.BUYER,
        borne_by=Bearer.SELLER,
        waive_return=True,
        reason="the photos show it",
    )
    await early.workers.settle()
    assert (await early.payment(order.id)).refunded == TOTAL
    assert await debt_of(early, order) == -order.payout_amount
    another = await early.trade(OrderStatus.DELIVERED)
    assert (await early.payout(another.id)).debt_settled == order.payout_amount
    assert await debt_of(early, order) == 0
    await close(early)


async def test_a_freeze_before_the_delivery_stops_an_early_payout(early: Exchange) -> None:
    order = await early.trade(OrderStatus.SHIPPING_TO_BUYER)
    await early.app.orders.freeze_payout(early.admin, order.id, reason="looks odd")
    await early.workers.settle()
    await early.deliver(order.id)
    assert await early.store.payouts.find(order.id) is None
    await early.app.orders.release_payout(early.admin, order.id, reason="it is not")
    await early.later(HOLD)
    assert (await early.payout(order.id)).state is PayoutState.PAID
    await close(early)


# ---- whatever is decided -----------------------------------------------------------------------


@dataclass(frozen=True)
class Fate:
    """What becomes of an order after the delivery."""

    borne_by: Bearer | None
    """Who bears its refund; None if the sale stands."""
    back: int
    """What comes back of its payout, in minor units."""


FATES = st.lists(
    st.builds(Fate, st.none() | st.sampled_from(Bearer), st.sampled_from([0, 0, 1, 5_000, 17_800])),
    min_size=1,
    max_size=4,
)


async def live(fates: list[Fate]) -> None:
    exchange = await opened(RULES)
    orders = [await exchange.trade(OrderStatus.DELIVERED) for _ in fates]
    for order, fate in zip(orders, fates, strict=True):
        if fate.borne_by is not None:
            await exchange.app.orders.refund_order(
                exchange.admin, order.id, reason="as decided", borne_by=fate.borne_by
            )
            await exchange.workers.settle()
        if fate.back:
            payout_id = (await exchange.payout(order.id)).payout_id
            assert payout_id is not None
            await dashboard(exchange).return_payout(payout_id, fate.back)
            await told_of_latest(exchange)
        await check_money(exchange)
    await exchange.later(HOLD)
    kept = (None, Bearer.EXCHANGE)
    earned = sum(
        order.payout_amount
        for order, fate in zip(orders, fates, strict=True)
        if fate.borne_by in kept
    )
    has = await moved_to_seller(exchange)
    ledger = exchange.store.ledger
    seller = exchange.seller.user_id
    assert has + await ledger.balance(payable(seller)) + await ledger.balance(debt(seller)) == (
        earned
    )
    for order, fate in zip(orders, fates, strict=True):
        whole = {None: 0, Bearer.BUYER: order.price}.get(fate.borne_by, TOTAL)
        assert (await exchange.payment(order.id)).refunded == whole
    await close(exchange)


async def moved_to_seller(exchange: Exchange) -> int:
    """Return what the provider moved to the seller and not back."""
    signs = {Operation.PAYOUT: 1, Operation.PAYOUT_RETURN: -1}
    calls = await exchange.provider.journal.consult(lambda provider: provider.calls[:])
    return sum(
        signs.get(call.request.operation, 0) * call.moved for call in calls if call.took_effect
    )


_PATIENT = settings(deadline=None, suppress_health_check=list(HealthCheck))


@given(FATES)
@settings(_PATIENT, max_examples=4)
def test_a_seller_has_or_is_owed_or_owes_what_was_decided_and_the_buyer_is_whole(
    fates: list[Fate],
) -> None:
    asyncio.run(live(fates))


@pytest.mark.integration
@pytest.mark.no_cover
@given(FATES)
@settings(_PATIENT, max_examples=15)
def test_the_same_in_many_stories(fates: list[Fate]) -> None:
    asyncio.run(live(fates))
