"""A call that got no answer has one effect when it is repeated, whatever was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.stripe.payment_provider import StripePaymentProvider
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import MovementKind
from solebook.ports.language.payments import CancelledCharge, ChargeNeedsBuyer, ChargeOutcome

from ...ports.payment_provider.stripe_rig import SECRET, StripeRig, stripe_calls

# What they run is run by other tests too, which coverage watches.
pytestmark = pytest.mark.no_cover

DAY = 86_400
HASTE = timedelta(seconds=1)

Step = Callable[[StripePaymentProvider], Awaitable[object]]


async def step_of(rig: StripeRig, kind: MovementKind, order_id: OrderId) -> tuple[str, Step]:
    """Return the path of a call, and the call with everything that it needs."""
    if kind is MovementKind.CHARGE:
        return "/v1/payment_intents", lambda provider: provider.charge(
            key="charge", order_id=order_id, payment_method=rig.card, amount=20_000
        )
    charge_id = await rig.charged(20_000, order_id)
    if kind is MovementKind.REFUND:
        return "/v1/refunds", lambda provider: provider.refund(
            key="refund", charge_id=charge_id, amount=500
        )
    return "/v1/transfers", lambda provider: provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=18_000
    )


async def made(rig: StripeRig, kind: MovementKind, order_id: OrderId) -> int:
    movements = await rig.provider.movements_of([order_id])
    return sum(movement.kind is kind for movement in movements)


KINDS = (MovementKind.CHARGE, MovementKind.REFUND, MovementKind.PAYOUT)
FAULTS = ("timeout", "reset", "server_error")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_lost_call_has_one_effect_when_it_is_repeated(
    rig: StripeRig, kind: MovementKind, when: str, fault: str
) -> None:
    order_id = rig.order_id()
    path, step = await step_of(rig, kind, order_id)
    rig.fail(fault, when, path, times=3)  # as often as the client tries
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        with pytest.raises(Unavailable):
            await step(StripePaymentProvider(hasty, rig.clock, (SECRET,), "usd"))
    rig.double.faults.clear()

    first = await step(rig.provider)
    assert await step(rig.provider) == first
    assert await made(rig, kind, order_id) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_is_not_made_again_when_stripe_has_forgotten_its_key(
    rig: StripeRig, kind: MovementKind
) -> None:
    order_id = rig.order_id()
    path, step = await step_of(rig, kind, order_id)
    rig.fail("server_error", "after", path)
    with pytest.raises(Unavailable):
        await step(rig.provider)
    await rig.double.perform("POST", "/_double/clock", {"advance": str(2 * DAY)})

    assert await step(rig.provider) == await step(rig.provider)
    assert await made(rig, kind, order_id) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_that_is_repeated_while_it_is_under_way_has_one_effect(
    rig: StripeRig, kind: MovementKind
) -> None:
    order_id = rig.order_id()
    path, step = await step_of(rig, kind, order_id)
    rig.fail("hold", "before", path)
    first = asyncio.ensure_future(step(rig.provider))
    async with asyncio.timeout(60):
        while rig.double.faults.held == 0:  # noqa: ASYNC110  # the double tells nobody
            await asyncio.sleep(0.01)
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        with pytest.raises(Unavailable):
            await step(StripePaymentProvider(hasty, rig.clock, (SECRET,), "usd"))

    rig.double.faults.release()

    assert await step(rig.provider) == await first
    assert await made(rig, kind, order_id) == 1


@pytest.mark.parametrize(
    ("call", "fault", "when"),
    [
        (call, fault, when)
        for call in ("", "/*/confirm", "/*/cancel")
        for fault in FAULTS
        for when in ("before", "after")
        # What the bank declines without the buyer has an answer, and not a 500.
        if (call, fault, when) != ("", "server_error", "after")
    ],
)
async def test_a_charge_that_needs_the_buyer_survives_a_lost_call(
    rig: StripeRig, call: str, fault: str, when: str
) -> None:
    order_id = rig.order_id()

    async def charge(provider: StripePaymentProvider) -> ChargeOutcome:
        return await provider.charge(
            key="charge",
            order_id=order_id,
            payment_method=rig.card_that_needs_buyer,
            amount=20_000,
        )

    async def cancel(provider: StripePaymentProvider) -> ChargeOutcome | None:
        return await provider.cancel_charge(order_id)

    step: Step = cancel if call == "/*/cancel" else charge
    if step is cancel:
        await charge(rig.provider)
    rig.fail(fault, when, f"/v1/payment_intents{call}", times=3)
    async with stripe_calls(rig.url, limit=HASTE) as hasty:
        with pytest.raises(Unavailable):
            await step(replace(rig.provider, calls=hasty))
    rig.double.faults.clear()

    first = await step(rig.provider)
    assert isinstance(first, CancelledCharge if step is cancel else ChargeNeedsBuyer)
    assert await step(rig.provider) == first
    assert len(rig.intents(order_id)) == 1


async def test_an_interrupted_charge_does_not_ask_the_buyer_unless_it_is_repeated(
    rig: StripeRig,
) -> None:
    order_id = rig.order_id()
    rig.fail("server_error", "before", "/v1/payment_intents/*/confirm", times=3)
    with pytest.raises(Unavailable):
        await rig.provider.charge(
            key="charge",
            order_id=order_id,
            payment_method=rig.card_that_needs_buyer,
            amount=20_000,
        )

    assert await rig.provider.find_charge(order_id) is None
    assert isinstance(await rig.provider.cancel_charge(order_id), CancelledCharge)


async def test_a_call_whose_answer_is_lost_once_is_repeated_at_once(rig: StripeRig) -> None:
    order_id = rig.order_id()
    rig.fail("reset", "after", "/v1/payment_intents")

    await rig.charged(20_000, order_id)

    assert await made(rig, MovementKind.CHARGE, order_id) == 1


async def test_stripe_is_left_alone_while_it_does_not_answer(
    rig: StripeRig, clock: VirtualClock
) -> None:
    async with stripe_calls(rig.url, stopwatch=VirtualStopwatch(clock)) as calls:
        provider = StripePaymentProvider(calls, rig.clock, (SECRET,), "usd")
        rig.double.faults.add({"kind": "rate_limit", "path": "/v1/balance", "always": "true"})
        for _ in range(5):
            with pytest.raises(Unavailable):
                await provider.balance()
        rig.double.faults.clear()

        with pytest.raises(Unavailable):  # at once, without asking
            await provider.balance()
        await clock.advance(timedelta(seconds=1))
        assert await provider.balance() == 0
